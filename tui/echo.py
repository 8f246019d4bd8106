"""The command line that does what was just done on a screen, so that it can be scripted. Pure functions."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.declaration import format_value
from engine.hyperparameters import Hyperparameters

if TYPE_CHECKING:
    from sessions.search.records import Sweep

__all__ = [
    "compare_command",
    "final_command",
    "note_command",
    "run_command",
    "steer_command",
    "sweep_command",
    "sweep_work_command",
    "work_command",
]


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


def sweep_command(session: str, sweep: "Sweep", workers: int) -> str:
    """`tunedeck sweep` that launches the same search."""
    words = ["tunedeck", "sweep", session]
    for each in sweep.space.ranges:
        words += ["--vary", f"{each.name}={each.text()}"]
    for name, (value, _) in sweep.space.base.differences(Hyperparameters()).items():
        if name not in sweep.space:
            words += ["-s", f"{name}={format_value(value)}"]
    words += ["--sampler", sweep.sampler.value]
    words += ["--pruner", sweep.pruner.value] if sweep.pruner.value != "none" else []
    words += ["--trials", str(sweep.budget.trials)] if sweep.budget.trials is not None else []
    words += ["--epochs-budget", str(sweep.budget.epochs)] if sweep.budget.epochs is not None else []
    words += ["--minutes", format_value(sweep.budget.minutes)] if sweep.budget.minutes is not None else []
    words += ["--folds", str(sweep.folds)] if sweep.folds else []
    words += ["--repeats", str(sweep.repeats)] if sweep.repeats > 1 else []
    words += [] if sweep.is_confirming else ["--no-confirm"]
    return shlex.join([*words, "--workers", str(workers)])


def sweep_work_command(verb: str, session: str, number: int) -> str:
    """`tunedeck stop`, `pause` or `resume` of a sweep."""
    return shlex.join(["tunedeck", verb, session, f"sweep:{number}"])


def steer_command(session: str, number: int, *options: str) -> str:
    """`tunedeck sweep` on a sweep that there is."""
    return shlex.join(["tunedeck", "sweep", session, "--resume", str(number), *options])


def compare_command(session: str, numbers: Sequence[int]) -> str:
    """`tunedeck compare`."""
    return shlex.join(["tunedeck", "compare", session, *map(str, numbers)])


def final_command(session: str, number: int, reason: str) -> str:
    """`tunedeck final` with its reason."""
    return shlex.join(["tunedeck", "final", session, str(number), "--reason", reason])
