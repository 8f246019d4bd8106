"""Words of the command line to values: numbers, experiment numbers, fractions. One clear sentence for what is wrong."""

from argparse import Namespace

from engine.declaration import Value
from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters, declaration
from sessions.paths import find_session
from sessions.workbench import Workbench

__all__ = ["changes", "experiment_number", "fractions", "open_workbench", "settings", "whole_number"]


def whole_number(name: str, text: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises UsageError."""
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise UsageError(f"{name} {text!r} is not allowed: use a whole number from {low} to {high}.")
    return number


def experiment_number(text: str) -> int:
    """12 or #12. Raises UsageError."""
    return whole_number("Experiment", text.removeprefix("#"), 1, 10**9)


def fractions(text: str) -> tuple[float, float, float]:
    """Three numbers separated by commas. Raises UsageError."""
    try:
        first, second, third = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"The split {text!r} is not allowed: use three fractions separated by commas that add up to 1, "
            "such as 0.6,0.2,0.2."
        ) from None
    return first, second, third


def settings(pairs: list[str], base: Hyperparameters) -> Hyperparameters:
    """NAME=VALUE pairs laid over `base`. Raises UsageError or HyperparameterError."""
    return base.replace(**changes(pairs))


def changes(pairs: list[str]) -> dict[str, Value]:
    """Names and values of NAME=VALUE pairs. Raises UsageError or HyperparameterError."""
    found: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"{pair!r} is not a setting: write NAME=VALUE, such as learning_rate=0.03.")
        found[name.strip()] = declaration(name.strip()).parse(text)
    return found


def open_workbench(asked: Namespace) -> Workbench:
    """The session named on the command line. Raises UsageError or NotFoundError."""
    return Workbench(find_session(asked.root, asked.session))
