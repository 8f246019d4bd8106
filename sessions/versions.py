"""Which versions made a result: what a replay must match to be bit for bit the same."""

import platform
from functools import cache

__all__ = ["TUNEDECK", "versions"]

TUNEDECK = "0.1.0"
"""The distribution's version is read from here."""


@cache
def versions() -> dict[str, str]:
    """tunedeck, numpy, python and the machine's processor type."""
    import numpy

    return {
        "tunedeck": TUNEDECK,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
