"""Which versions made a result: what a replay must match to be bit for bit the same."""

import platform
from functools import cache

__all__ = ["tunedeck_version", "versions"]


@cache
def tunedeck_version() -> str:
    """The installed distribution's version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tunedeck")
    except PackageNotFoundError:
        return "0"


@cache
def versions() -> dict[str, str]:
    """tunedeck, numpy, python and the machine's processor type."""
    import numpy

    return {
        "tunedeck": tunedeck_version(),
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
