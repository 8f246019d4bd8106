"""The command line that does what was just done on a screen, so that it can be scripted. Pure functions."""

import shlex
from collections.abc import Sequence

from engine.declaration import format_value
from engine.hyperparameters import Hyperparameters

__all__ = ["note_command", "run_command", "work_command"]


def run_command(session: str, hyperparameters: Hyperparameters, idea: str = "") -> str:
    """`tunedeck run`, naming only what differs from the defaults."""
    words = ["tunedeck", "run", session]
    for name, (value, _) in hyperparameters.differences(Hyperparameters()).items():
        words += ["-s", f"{name}={format_value(value)}"]
    if idea:
        words += ["--idea", idea]
    return shlex.join(words)


def work_command(verb: str, session: str, numbers: Sequence[int]) -> str:
    """`tunedeck stop`, `pause` or `resume`."""
    return shlex.join(["tunedeck", verb, session, *map(str, numbers)])


def note_command(session: str, number: int, conclusion: str) -> str:
    """`tunedeck note` with a conclusion."""
    return shlex.join(["tunedeck", "note", session, str(number), "--conclusion", conclusion])
