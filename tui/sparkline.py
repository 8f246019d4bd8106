"""A curve in one row of eighth blocks. Pure; no NumPy."""

import math
from collections.abc import Sequence

__all__ = ["sparkline"]

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int) -> str:
    """The values in at most `width` characters, on a logarithmic scale where all are positive; gaps are blanks."""
    length = len(values)
    columns = min(width, length)
    if not columns:
        return " " * width
    lows = [_lowest(values[length * at // columns : length * (at + 1) // columns]) for at in range(columns)]
    finite = [each for each in lows if math.isfinite(each)]
    if not finite:
        return " " * width
    if min(finite) > 0:
        lows, finite = [math.log(x) if x > 0 else x for x in lows], [math.log(x) for x in finite]
    low, reach = min(finite), (max(finite) - min(finite)) or 1.0
    return "".join(_block((each - low) / reach) for each in lows).ljust(width)


def _lowest(values: Sequence[float]) -> float:
    return min((each for each in values if math.isfinite(each)), default=math.nan)


def _block(share: float) -> str:
    return _BLOCKS[min(7, int(share * 8))] if math.isfinite(share) else " "
