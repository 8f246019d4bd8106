"""Which versions made a result: what a replay must match to be bit for bit the same."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

__all__ = ["tunedeck_version", "versions"]


@cache
def tunedeck_version() -> str:
    """The installed distribution's version."""
    try:
        return version("tunedeck")
    except PackageNotFoundError:
        return "0"


@cache
def versions() -> dict[str, str]:
    """tunedeck, numpy, python and the machine's processor type."""
    return {
        "tunedeck": tunedeck_version(),
        "numpy": version("numpy"),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
