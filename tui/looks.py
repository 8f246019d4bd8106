"""A look at the test rows in words: next to what was promised and expected, and to the looks before. Pure."""

from math import isfinite

from sessions.leading import counted
from sessions.records import Experiment
from sessions.search.records import Outcome
from sessions.search.winners import held_against
from tui.text import score

__all__ = ["held_words", "promised_by", "times"]


def promised_by(experiment: Experiment, outcome: Outcome | None) -> float | None:
    """The validation score a person goes by: that of the sweep it won, else of the trainings that count."""
    figures = counted(experiment)
    promised = outcome.promised if outcome is not None else figures.validation_score if figures is not None else None
    return promised if promised is not None and isfinite(promised) else None


def held_words(promised: float | None, outcome: Outcome | None, found: float) -> list[str]:
    """Lines: what was promised on the validation rows, and whether a test score lies where it was expected."""
    lines = [] if promised is None else [f"promised {score(promised)} on the validation rows"]
    held = held_against(outcome, found)
    if outcome is not None and held is not None:
        lines.append(f"{held.value} what was expected: {score(outcome.low)}…{score(outcome.high)} (80 %)")
    return lines


def times(count: int) -> str:
    """How often somebody looked."""
    return "once" if count == 1 else f"{count} times"
