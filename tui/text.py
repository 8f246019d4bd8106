"""How figures and people's words are written on the screen. Pure functions; words are made harmless here."""

import math
import unicodedata

__all__ = ["clean", "cut", "duration", "figure", "fitting", "score", "shape", "spent"]

_TINY_S, _SHORT_S = 0.0995, 9.95
"""Below these a time is told in thousandths and in tenths of a second."""
_LINE_ENDS = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\u2028": " ", "\u2029": " "})


def clean(text: str, *, lines: bool = False) -> str:
    """A person's text without anything a terminal could act on: control, escape and direction characters become ·.

    Line ends become spaces unless `lines` is true.
    """
    flat = text if lines else text.translate(_LINE_ENDS)
    return "".join("·" if unicodedata.category(each) in _ACTING and each != "\n" else each for each in flat)


_ACTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def cut(text: str, width: int) -> str:
    """At most `width` characters, the last one … if something was left out."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def figure(value: float | None, digits: int = 3) -> str:
    """A cost with as many digits as matter; – where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 10_000:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        return f"{value:.{decimals}f}"
    return f"{value:.{max(0, digits - 2)}e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def fitting(value: float | None, width: int) -> str:
    """A cost in at most `width` characters, with fewer digits if need be."""
    shown = [figure(value, digits) for digits in (3, 2, 1)]
    return next((each for each in shown if len(each) <= width), shown[-1])


def score(value: float | None, width: int = 0) -> str:
    """A score with three decimals, fewer where a `width` leaves no room for them; – where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    # Adding zero takes the sign from what rounds to nothing.
    shown = [f"{round(value, decimals) + 0.0:.{decimals}f}" for decimals in (3, 2, 1, 0)]
    return next((each for each in shown if len(each) <= width), figure(value, 2)) if width else shown[0]


def duration(seconds: float) -> str:
    """m:ss below 100 minutes, hours above; – for nothing yet."""
    if not math.isfinite(seconds) or seconds <= 0:
        return "–"
    if seconds < 6000:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    return f"{seconds / 3600:.1f}h"


def spent(seconds: float) -> str:
    """A time that was measured, in four characters below ten seconds, where most trainings of small networks end."""
    if 0 < seconds < _TINY_S:
        return f"{seconds * 1000:.0f}ms"
    return f"{seconds:.1f}s" if 0 < seconds < _SHORT_S else duration(round(seconds))


def shape(*sizes: int) -> str:
    """(64, 10) or (64,)."""
    return f"({sizes[0]},)" if len(sizes) == 1 else "(" + ", ".join(map(str, sizes)) + ")"
