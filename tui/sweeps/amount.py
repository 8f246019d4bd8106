"""How much there is to do in a sweep that is not launched yet, as commands and screens say it. Pure, no Textual."""

import math

from sessions.search.planning import Preview

__all__ = ["amount_words", "how_many"]


def how_many(number: float, noun: str) -> str:
    """As in `1 training`, `1,000 trainings`, `∞ trainings`."""
    count = "∞" if math.isinf(number) else f"{number:,.0f}"
    return f"{count} {noun}{'' if count == '1' else 's'}"


def amount_words(shown: Preview) -> str:
    """Configurations there are, trainings altogether, and those among them that are kept for the confirmation."""
    words = how_many(shown.different, "configuration")
    if shown.trainings is not None:
        words += f", {how_many(shown.trainings, 'training')}"
    return f"{words} ({shown.confirming:,} of them to confirm the best)" if shown.confirming else words
