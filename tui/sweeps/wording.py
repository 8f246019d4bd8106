"""What is said of a sweep: how far it is, what its winner is worth, what to do next. Pure: findings in, text out."""

from collections.abc import Sequence

from textual.content import Content

from engine.search.importance import Importance
from engine.search.ranges import variable
from sessions.records import Look, State
from sessions.search.planning import Preview
from sessions.search.progress import trainings
from sessions.search.records import Sweep
from sessions.search.standing import SweepStanding
from tui.sweeps.amount import amount_words, how_many
from tui.sweeps.draft import range_text
from tui.sweeps.findings import Edge, Findings
from tui.text import clean, duration, score
from tui.worth import sense_words, short_worth

__all__ = ["bars", "hints", "preview_words", "progress_line", "status", "title"]

_BAR = 18
"""Leaves room for the words on one line at 80 columns."""
_STATES = {State.RUNNING: "▶", State.PAUSED: "‖", State.STOPPED: "■", State.FAILED: "✗", State.INTERRUPTED: "!"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def title(sweep: Sweep) -> str:
    """Number, sampler, pruner."""
    pruner = "" if sweep.pruner.value == "none" else f" · {sweep.pruner.value}"
    return f"sweep {sweep.number} · {sweep.sampler.value}{pruner}"


def status(findings: Findings, looks: Sequence[Look]) -> Content:
    """Progress; the winner's worth; what to do next."""
    lines = [progress_line(findings.standing), *hints(findings), _leader(findings.standing)]
    seen = [each for each in looks if findings.standing.best and each.experiment == findings.standing.best.number]
    if seen:
        lines.append(Content.styled(f"test rows: {score(seen[-1].score)} at look {seen[-1].number}", "$warning"))
    return Content("\n").join([each for each in lines if each.plain])


def progress_line(standing: SweepStanding) -> Content:
    """Bar, trainings done and in hand, failures, time to come."""
    sweep = standing.sweep
    filled = round(standing.done * _BAR)
    words = [_trainings_words(standing)]
    if sweep.budget.epochs is not None or sweep.budget.minutes is not None:
        words.insert(0, f"{standing.done * 100:.0f} %")
    words += [f"{count} {state.value}" for state, count in standing.counts.items() if state in _TOLD]
    if sweep.state is State.RUNNING:
        words.append("confirming" if sweep.finalists else "searching")
        words.append(f"ETA {duration(standing.eta_s)}" if standing.eta_s is not None else "ETA –")
    elif sweep.state in (State.PAUSED, State.INTERRUPTED):
        words.append(f"{sweep.state.value}: space goes on")
    else:
        words.append(clean(sweep.ended).rstrip(".") or "drawing up the winner …")
    glyph = _STATES.get(sweep.state, "✓")
    return Content.assemble(
        (f"{glyph} ", "$accent"), ("━" * filled, "$accent"), ("━" * (_BAR - filled), "$line"), "  ", " · ".join(words)
    )


def _trainings_words(standing: SweepStanding) -> str:
    """Those that are over, of how many where it is known, and those whose epochs the bar counts besides."""
    states = [fit.state for each in standing.trials for fit in each.fits]
    over, running = sum(each.is_over for each in states), states.count(State.RUNNING)
    total = trainings(standing.sweep, standing.trials)
    words = f"{min(over, total)} of {how_many(total, 'training')}" if total else how_many(over, "training")
    return f"{words}, {running} running" if running else words


_TOLD = (State.PRUNED, State.FAILED, State.INTERRUPTED)


def hints(findings: Findings) -> list[Content]:
    """Edges, failures, trials that buy nothing; each with its key."""
    found = [_edge_words(findings.edges)] if findings.edges else []
    failed = sum(each.state in (State.FAILED, State.INTERRUPTED) for each in findings.standing.trials)
    if failed:
        found.append(Content.assemble(f"{failed} failed: ", ("r", "bold $accent"), " runs them again"))
    if hint := findings.standing.hint:
        words = hint.split(":")[0]
        found.append(Content.assemble((f"{words}: ", "$warning"), ("x", "bold $accent"), " stops"))
    return [Content("   ").join(found)] if found else []


def bars(found: Sequence[Importance], width: int) -> Content:
    """One bar for each hyperparameter, greyed while there are too few trials."""
    if not found:
        return Content.styled("after the first trials", "$quiet")
    labels = {each.name: variable(each.name).symbol or variable(each.name).label for each in found}
    gutter = min(16, max(map(len, labels.values())))
    room = max(4, width - gutter - 14)
    lines = []
    for each in found:
        bar = ("█" * round(each.share * room)).ljust(room)
        ink = "$ink-train" if each.is_reliable else "$ink-faint"
        text = "" if each.is_reliable else "$quiet"
        figures = f" {each.share:.2f} ± {each.spread:.2f}"
        lines.append(
            Content.assemble((labels[each.name][:gutter].ljust(gutter + 1), text), (bar, ink), (figures, text))
        )
    if not found[0].is_reliable:
        lines.append(Content.styled("too few trials to rely on", "$quiet"))
    return Content("\n").join(lines)


def preview_words(shown: Preview, *, is_short: bool) -> str:
    """How much there is to try and how long it takes; notes where there is room."""
    if is_short:
        return _short_preview(shown)
    how = "at most" if shown.is_at_most else "about"
    words = amount_words(shown)
    words += f", {how} {_about(shown.seconds)}" if shown.seconds is not None else "; time known after a first run"
    return " ".join([f"{words}.", *shown.notes])


def _short_preview(shown: Preview) -> str:
    words = [how_many(shown.different, "config")]
    words += [how_many(shown.trainings, "fit")] if shown.trainings is not None else []
    words += [f"{'≤' if shown.is_at_most else '~'}{_about(shown.seconds)}"] if shown.seconds is not None else []
    return " · ".join(words)


def _about(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{seconds / _HOUR:.1f} h" if seconds < _DAY else f"{seconds / _DAY:.1f} days"


def _leader(standing: SweepStanding) -> Content:
    outcome = standing.sweep.outcome
    if outcome is not None:
        star = Content.assemble((f"★ #{outcome.winner} ", "bold $accent"), short_worth(outcome, standing.session_looks))
        return star + Content.styled(f". {sense_words(outcome, standing.session_looks)}", "$quiet")
    best = standing.best
    if best is None or best.best is None:
        return Content.styled("No trial that is over has a figure yet.", "$quiet")
    first = standing.leaders[0]
    what = f"#{best.number} leads with {score(first.merit.score)}"
    if first.is_confirmed:
        return Content(f"{what} over its fresh seeds.")
    count = len(best.fits) - best.fresh
    rests = "one training" if count == 1 else f"{count} trainings"
    return Content.assemble(what, (f" on {rests}: no winner before fresh seeds confirm it.", "$quiet"))


def _edge_words(edges: Sequence[Edge]) -> Content:
    """Where the best lies at an edge, and what the key makes of it."""
    parts = [f"{variable(each.name).symbol or variable(each.name).label} to {range_text(each.after)}" for each in edges]
    return Content.assemble(("best at the edge: ", "$warning"), ("+", "bold $accent"), f" widens {', '.join(parts)}")
