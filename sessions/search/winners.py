"""A sweep's winner: drawing up its figures, how often the validation rows were looked at, whether to go on.

No NumPy before figures are drawn up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from math import isfinite, isnan
from typing import TYPE_CHECKING

from engine.search.sense import sense_of

if TYPE_CHECKING:
    from sessions.paths import SessionFolder
    from sessions.records import Experiment, SessionInfo
    from sessions.search.records import Outcome, Sweep

__all__ = [
    "Held", "draw_up", "held_against", "judging_rows", "looks_in_session", "looks_words", "outcome_won_by",
    "rows_words", "sense_now",
]  # fmt: skip


def draw_up(folder: SessionFolder, info: SessionInfo, sweep: Sweep, trials: Sequence[Experiment]) -> Outcome | None:
    """The sweep's outcome, as `worth.outcome_of` says it. Loads NumPy."""
    from sessions.search.worth import outcome_of

    return outcome_of(folder, info, sweep, trials)


def outcome_won_by(number: int, sweeps: Sequence[Sweep]) -> Outcome | None:
    """What the latest sweep that an experiment won says of it."""
    outcomes = [each.outcome for each in sweeps if each.outcome and each.outcome.winner == number]
    return outcomes[-1] if outcomes else None


class Held(Enum):
    """Where a figure of new rows lies next to the interval in which it was expected."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


def held_against(outcome: Outcome | None, score: float) -> Held | None:
    """Where a score of new rows lies; None where nothing was expected or the rows do not define it."""
    if outcome is None or outcome.low is None or outcome.high is None or not isfinite(score):
        return None
    if score < outcome.low:
        return Held.BELOW
    return Held.ABOVE if score > outcome.high else Held.WITHIN


def looks_in_session(experiments: Iterable[Experiment]) -> int:
    """Experiments of the session that were judged on its validation rows: trials of all sweeps and single runs."""
    return sum(each.best is not None and not isnan(each.best.validation_cost) for each in experiments)


def judging_rows(info: SessionInfo, *, has_folds: bool) -> int:
    """Rows that an experiment is judged on: with folds each row that is not sealed validates once."""
    return info.validation_rows + (info.train_rows if has_folds else 0)


def rows_words(experiments: Sequence[Experiment], info: SessionInfo) -> str:
    """The rows that those of `looks_in_session` were judged on, and how many on which where some had folds."""
    with_folds = looks_in_session(each for each in experiments if each.folds)
    plain = looks_in_session(experiments) - with_folds
    few, all_rows = info.validation_rows, judging_rows(info, has_folds=True)
    if not with_folds:
        return f"{few} validation rows"
    if not plain:
        return f"{all_rows} validation rows of the folds"
    return f"validation rows ({plain} at {few}, {with_folds} at the {all_rows} of the folds)"


def looks_words(outcome: Outcome, in_session: int) -> str:
    """The looks of this choice, and those of the whole session where they are more."""
    own = f"{outcome.looks} look{'s' * (outcome.looks != 1)}"
    return f"{own} of {in_session} in this session" if in_session > outcome.looks else own


def sense_now(outcome: Outcome, in_session: int, *, is_latest: bool = True) -> str:
    """How much of the lead is luck; if no later sweep has the word, whether more experiments make sense by now.

    Why neither can be told, where that is so.
    """
    if outcome.luck is None:
        return outcome.sense
    return sense_of(
        outcome.luck,
        outcome.looks,
        max(in_session, outcome.looks),
        is_confirmed=outcome.is_confirmed,
        has_folds=outcome.has_folds,
        equal_names=f"#{outcome.winner} and {outcome.equal} other{'s' * (outcome.equal != 1)}" if outcome.equal else "",
        is_latest=is_latest,
    )
