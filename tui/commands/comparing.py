"""`tunedeck compare`: experiments side by side, only what differs, and whether the difference is shown."""

from argparse import Namespace
from collections.abc import Sequence

from engine.declaration import Value, format_value
from engine.errors import UsageError
from sessions.comparing import Difference, Pairing
from sessions.documents import Document
from sessions.leading import counted, is_sure
from sessions.presenting import experiment_view
from sessions.records import Experiment, SessionInfo
from tui.commands.output import print_json, print_line
from tui.commands.reading import experiment_number, open_workbench
from tui.text import figure, score, spent

__all__ = ["compare"]

_MOST = 8


def compare(asked: Namespace) -> int:
    """On stdout, as text or JSON."""
    import numpy as np

    from sessions.comparing import differences, pair_up, verdict_on_all

    numbers = list(dict.fromkeys(experiment_number(text) for text in asked.experiments))
    if not 2 <= len(numbers) <= _MOST:
        named = "1 experiment was" if len(numbers) == 1 else f"{len(numbers)} experiments were"
        raise UsageError(f"{named} named: name 2 to {_MOST} different ones to compare.")
    workbench = open_workbench(asked)
    experiments = [workbench.experiment(number) for number in numbers]
    different = differences(experiments)
    pairings = pair_up(experiments, np.random.default_rng(numbers))
    verdict = verdict_on_all(experiments, pairings, workbench.info.score_name)
    if asked.json:
        print_json({**_view(experiments, different, pairings, workbench.info), "text": verdict})
    else:
        _print(experiments, different, workbench.info)
        for line in (verdict, *(each.text for each in pairings)):
            if line:
                print_line(line)
    return 0


def _view(
    experiments: Sequence[Experiment], different: Sequence[Difference], pairings: Sequence[Pairing], info: SessionInfo
) -> Document:
    return {
        "experiments": [experiment_view(each, info) for each in experiments],
        "differences": {each.name: list(each.values) for each in different},
        "pairs": [_pair_view(each) for each in pairings],
    }


def _pair_view(pairing: Pairing) -> Document:
    found = pairing.comparison
    figures: Document = dict.fromkeys(("difference", "low", "high", "p", "more", "shown"))
    if found is not None:
        value = found.difference
        figures = {"difference": value.value, "low": value.low, "high": value.high, "p": found.p, "more": found.more}
        figures["shown"] = found.is_shown
    return {"first": pairing.first, "second": pairing.second, "shared": pairing.shared, **figures, "text": pairing.text}


def _print(experiments: Sequence[Experiment], different: Sequence[Difference], info: SessionInfo) -> None:
    rows = [("", [f"#{each.number}" for each in experiments])]
    rows += [(each.name, [_shown(value) for value in each.values]) for each in different]
    rows += [(name, list(cells)) for name, cells in _figures(experiments, info)]
    widths = [max(len(cells[place]) for _, cells in rows) for place in range(len(experiments))]
    for name, cells in rows:
        print_line(f"{name:<18}" + "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)))


def _shown(value: Value | None) -> str:
    return "–" if value is None else format_value(value) or "none"


def _figures(experiments: Sequence[Experiment], info: SessionInfo) -> list[tuple[str, list[str]]]:
    """The figures that count; what rests on one training is marked ?."""
    bests = [counted(each) for each in experiments]
    marks = ["" if is_sure(each) else " ?" for each in experiments]
    marked = list(zip(bests, marks, strict=True))
    return [
        ("validation cost", [(figure(best.validation_cost) if best else "–") + mark for best, mark in marked]),
        (info.score_name, [(score(best.validation_score) if best else "–") + mark for best, mark in marked]),
        ("trainings", [str(len(each.fits)) for each in experiments]),
        ("time", [spent(each.seconds) for each in experiments]),
    ]
