"""Words of the command line to values: numbers, experiment numbers, fractions. One clear sentence for what is wrong."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from engine.declaration import Value
from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters, declaration
from sessions.paths import find_session
from sessions.workbench import Workbench
from tui.commands.output import say
from tui.inheriting import inherit

__all__ = [
    "changes",
    "experiment_number",
    "file_format",
    "fractions",
    "open_workbench",
    "parent_of",
    "settings",
    "tags",
    "whole_number",
]

_FORMATS = {"": "csv", ".csv": "csv", ".json": "json"}


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


def parent_of(asked: Namespace, workbench: Workbench) -> tuple[int | None, Hyperparameters]:
    """The experiment named by --parent, if one is, and the values to start from, with a word on those left behind.

    Raises UsageError or NotFoundError.
    """
    if asked.parent is None:
        return None, Hyperparameters()
    number = experiment_number(asked.parent)
    values, notes = inherit(workbench.experiment(number), workbench.info.task)
    for note in notes:
        say(note)
    return number, values


def changes(pairs: list[str]) -> dict[str, Value]:
    """Names and values of NAME=VALUE pairs. Raises UsageError or HyperparameterError."""
    found: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"{pair!r} is not a setting: write NAME=VALUE, such as learning_rate=0.03.")
        found[name.strip()] = declaration(name.strip()).parse(text)
    return found


def tags(words: Sequence[str]) -> list[str]:
    """Labels without blanks around them. Raises UsageError for an empty one."""
    found = [word.strip() for word in words]
    if not all(found):
        raise UsageError("--tag '' is not allowed: give at least one character that can be seen.")
    return found


def file_format(output: str | None) -> str:
    """`csv` or `json` by the ending of a file; CSV where there is none. Raises UsageError."""
    ending = "" if output is None else Path(output).suffix
    if ending.lower() not in _FORMATS:
        raise UsageError(f"A file that ends in {ending!r} is not written: let it end in .csv or .json.")
    return _FORMATS[ending.lower()]


def open_workbench(asked: Namespace) -> Workbench:
    """The session named on the command line. Raises UsageError or NotFoundError."""
    return Workbench(find_session(asked.root, asked.session))
