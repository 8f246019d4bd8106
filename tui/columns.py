"""The columns of the table of experiments and what stands in their cells. Pure: an experiment in, short texts out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from engine.declaration import Declaration, Value, format_value
from engine.hyperparameters import declarations
from engine.records import VerdictKind
from sessions.states import State
from tui.text import clean, cut, figure, fitting, score, spent

if TYPE_CHECKING:
    from sessions.records import Experiment

__all__ = [
    "CURVE",
    "Cell",
    "Column",
    "Tone",
    "choose_columns",
    "progress",
    "state_cell",
    "state_word",
    "value_text",
    "varying",
]

CURVE = "curve"
"""Title of the column of curves."""
_SCORE = 5
_NARROWEST = 5
"""Characters below which a hyperparameter has no column."""
_RECENT = 200
"""Experiments that are looked at to find which hyperparameters vary."""


class Tone(Enum):
    """How a cell speaks; the widget decides its colour."""

    PLAIN = "plain"
    QUIET = "quiet"
    LIVE = "live"
    GOOD = "good"
    BAD = "bad"
    BEST = "best"


Cell = tuple[str, Tone]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its width in characters, and its cell for an experiment."""

    title: str
    width: int
    cell: Callable[[Experiment], Cell]
    is_right: bool = False


_GLYPHS = {
    State.QUEUED: ("…", Tone.QUIET),
    State.RUNNING: ("▶", Tone.LIVE),
    State.PAUSED: ("‖", Tone.LIVE),
    State.FINISHED: ("✓", Tone.GOOD),
    State.STOPPED: ("■", Tone.QUIET),
    State.FAILED: ("✗", Tone.BAD),
    State.INTERRUPTED: ("!", Tone.BAD),
    State.PRUNED: ("−", Tone.QUIET),
}


def progress(experiment: Experiment) -> float:
    """Share of the planned epochs that is trained, 0 to 1, over all fits."""
    planned = experiment.hyperparameters.epochs * max(1, len(experiment.fits))
    return min(1.0, sum(fit.epochs for fit in experiment.fits) / planned)


def state_cell(experiment: Experiment) -> Cell:
    """The state's glyph with a word or the percentage trained."""
    glyph, tone = _GLYPHS[experiment.state]
    if experiment.state in (State.RUNNING, State.PAUSED):
        return f"{glyph} {progress(experiment) * 100:3.0f} %", tone
    if experiment.state is State.FINISHED and (word := state_word(experiment)) != State.FINISHED.value:
        return f"✗ {word}", Tone.BAD
    return f"{glyph} {'done' if experiment.state is State.FINISHED else state_word(experiment)}", tone


def state_word(experiment: Experiment) -> str:
    """Its state; of what has finished and diverged, that it did."""
    has_diverged = experiment.verdict is not None and experiment.verdict.kind is VerdictKind.DIVERGED
    return "diverged" if has_diverged and experiment.state is State.FINISHED else experiment.state.value


def varying(experiments: Sequence[Experiment]) -> list[Declaration]:
    """Hyperparameters with more than one value among the most recent experiments."""
    recent = experiments[-_RECENT:]
    return [
        entry for entry in declarations() if len({getattr(each.hyperparameters, entry.name) for each in recent}) > 1
    ]


def choose_columns(
    width: int,
    experiments: Sequence[Experiment],
    best: int | None,
    spark: Callable[[Experiment], str] | None = None,
    marked: frozenset[int] = frozenset(),
) -> list[Column]:
    """The columns that fit into `width` characters, most telling first; a gap of one stands between columns.

    `spark` draws an experiment's curve in small; it appears with verdict and idea where there is room for them.
    """
    number_width = max(2, len(str(experiments[-1].number))) if experiments else 2
    head = [
        Column("#", number_width, lambda each: (str(each.number), Tone.PLAIN), True),
        Column("", 1, lambda each: ("●" if each.number in marked else "★" if each.number == best else " ", Tone.BEST)),
        Column("state", 10, state_cell),
    ]
    cost_width = 8 if width >= 54 else 6 if number_width < 3 else 5
    tail = [
        Column("cost" if width < 54 else "val cost", cost_width, lambda each: _cost(each, cost_width), True),
        Column("score", _SCORE, _score, True),
        Column("time", 5 if width > 60 else 4, lambda each: (spent(each.seconds), Tone.QUIET), True),
    ]
    main = [entry for entry in declarations() if entry.name in ("learning_rate", "hidden_units")]
    others = [entry for entry in varying(experiments) if entry not in main and entry.name != "seed"]
    room = width - _total([*head, *tail])
    chosen: list[Column] = []
    for entry in [*main, *others]:
        column = _hyperparameter_column(
            entry, experiments, most=min(7 if width < 54 else 14, max(room - 1, _NARROWEST))
        )
        if column.width + 1 <= room:
            chosen.append(column)
            room -= column.width + 1
    return [*head, *chosen, *tail, *_remarks(room, spark)]


def _remarks(room: int, spark: Callable[[Experiment], str] | None) -> list[Column]:
    """Curve, verdict and idea, as far as there is room."""
    columns: list[Column] = []
    if spark is not None and room >= 40:
        columns.append(Column(CURVE, 16, lambda each: (spark(each), Tone.QUIET)))
        room -= 17
    if room >= 16:
        columns.append(Column("verdict", 12, _verdict))
        room -= 13
    if room >= 16:
        columns.append(Column("idea · conclusion", room - 1, lambda each: (_words(each, room - 1), Tone.QUIET)))
    return columns


def _hyperparameter_column(entry: Declaration, experiments: Sequence[Experiment], *, most: int) -> Column:
    title = {"hidden_units": "units"}.get(entry.name, entry.symbol or entry.label.lower())
    recent = (value_text(getattr(each.hyperparameters, entry.name)) for each in experiments[-_RECENT:])
    width = min(most, max(len(title), _NARROWEST, _longest(recent)))

    def cell(experiment: Experiment) -> Cell:
        if not entry.applies(experiment.hyperparameters):
            return "–", Tone.QUIET
        return value_text(getattr(experiment.hyperparameters, entry.name), width), Tone.PLAIN

    return Column(cut(title, width), width, cell, True)


def value_text(value: Value, width: int = 99) -> str:
    """A number with at most four digits, fewer where it is too long: it loses digits, not its end; equal layers that
    are too long in a row are counted, as in 128×2."""
    text = format_value(value) or "none"
    if isinstance(value, tuple) and len(text) > width and len(set(value)) == 1:
        text = f"{value[0]}×{len(value)}"
    if isinstance(value, float):
        shorter = [*(f"{value:.{digits}g}" for digits in (4, 3, 2)), figure(value, 3), figure(value, 2)]
        text = next((each for each in [min(text, shorter[0], key=len), *shorter[1:]] if len(each) <= width), text)
    return cut(text, width)


def _longest(texts: Iterable[str]) -> int:
    return max((len(text) for text in texts), default=0)


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width + 1 for column in columns)


def _cost(experiment: Experiment, width: int) -> Cell:
    best = experiment.confirmed or experiment.best
    return fitting(best.validation_cost if best else None, width), Tone.PLAIN


def _score(experiment: Experiment) -> Cell:
    best = experiment.confirmed or experiment.best
    return score(best.validation_score if best else None, _SCORE), Tone.PLAIN


def _verdict(experiment: Experiment) -> Cell:
    if experiment.verdict is None:
        return "", Tone.QUIET
    kind = experiment.verdict.kind
    bad = kind in (VerdictKind.DIVERGED, VerdictKind.UNSTABLE, VerdictKind.STUCK)
    return kind.value, Tone.BAD if bad else Tone.PLAIN


def _words(experiment: Experiment, width: int) -> str:
    words = " · ".join(each for each in (experiment.idea, experiment.conclusion or experiment.error) if each)
    return cut(clean(words), width)
