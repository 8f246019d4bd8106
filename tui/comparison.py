"""Experiments side by side: the table of what differs, and the curves over each other. Pure."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from engine.hyperparameters import declaration
from sessions.comparing import Difference, differences
from sessions.records import Curve, Experiment, SessionInfo
from tui.columns import state_cell, value_text
from tui.plot import SERIES, Line, Plot
from tui.text import clean, cut, figure, score, spent
from tui.zoom import telling_costs

__all__ = ["comparison_plot", "difference_table", "findings"]

_LABEL = 18
_WIDEST = 18


def comparison_plot(
    experiments: Sequence[Experiment],
    curves: Mapping[tuple[int, int], Curve],
    *,
    is_log: bool,
    is_training: bool,
) -> Plot | None:
    """Every fit of every experiment in the experiment's ink; the first experiment on top."""
    pairs = [
        (place, curves[each.number, fit.number])
        for place, each in enumerate(experiments)
        for fit in each.fits
        if len(curves.get((each.number, fit.number), ()))
    ]
    if not pairs:
        return None
    lines = tuple(Line(SERIES[place], curve.epoch, _costs(curve, is_training)) for place, curve in reversed(pairs))
    return Plot(
        key=tuple(each.number for each in experiments),
        lines=lines,
        reached=max(curve.epoch[-1] for _, curve in pairs),
        planned=max(each.hyperparameters.epochs for each in experiments),
        is_over=all(each.state.is_over for each in experiments),
        is_log=is_log,
        telling=telling_costs(lines),
    )


def difference_table(experiments: Sequence[Experiment], info: SessionInfo, width: int) -> Content:
    """Figures, then only what differs, a column an experiment."""
    cell = max(5, min(_WIDEST, (width - _LABEL) // len(experiments) - 1))
    heads = [
        Content.styled(cut(f"─ #{each.number}", cell).rjust(cell), f"bold $ink-{place}")
        for place, each in enumerate(experiments, start=1)
    ]
    lines = [Content(" ").join([Content(" " * _LABEL), *heads])]
    for label, cells in [*_figures(experiments, info), *(_row(each, cell) for each in differences(experiments))]:
        texts = [Content(cut(text, cell).rjust(cell)) for text in cells]
        lines.append(Content(" ").join([Content.styled(cut(label, _LABEL).ljust(_LABEL), "$quiet"), *texts]))
    return Content("\n").join(lines)


def findings(experiments: Sequence[Experiment], info: SessionInfo) -> list[Content]:
    """What is shown, the most important sentence first. Resamples: call it off the event loop."""
    import numpy as np

    from sessions.comparing import pair_up, verdict_on_all

    pairings = pair_up(experiments, np.random.default_rng([each.number for each in experiments]))
    verdict = verdict_on_all(experiments, pairings, info.score_name)
    return [*([Content(clean(verdict))] if verdict else []), *(_tested(each.text) for each in pairings)]


def _tested(text: str) -> Content:
    head, _, rest = text.partition(": ")
    return Content.assemble((f"{head}: ", "bold"), clean(rest))


def _costs(curve: Curve, is_training: bool) -> list[float]:
    has_validation = any(each == each for each in curve.validation_cost[-1:])
    return curve.train_cost if is_training or not has_validation else curve.validation_cost


def _row(difference: Difference, width: int) -> tuple[str, list[str]]:
    entry = declaration(difference.name)
    cells = ["–" if each is None else value_text(each, width) for each in difference.values]
    return f"{entry.label} {entry.symbol}".strip(), cells


def _figures(experiments: Sequence[Experiment], info: SessionInfo) -> list[tuple[str, list[str]]]:
    bests = [each.confirmed or each.best for each in experiments]
    marks = ["" if each.confirmed or len(each.fits) > 1 else "?" for each in experiments]
    marked = list(zip(bests, marks, strict=True))
    return [
        ("val cost", [(figure(best.validation_cost) if best else "–") + mark for best, mark in marked]),
        (info.score_name, [(score(best.validation_score) if best else "–") + mark for best, mark in marked]),
        ("best epoch", [str(best.epoch) if best else "–" for best in bests]),
        ("trainings", [f"{len(each.fits)} {state_cell(each)[0][:1]}" for each in experiments]),
        ("time", [spent(each.seconds) for each in experiments]),
    ]
