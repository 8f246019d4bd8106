"""What a target column asks for: which task, which classes, and each row's class number or value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data.cells import numbers_as_texts
from engine.data.columns import MOST_LEVELS
from engine.data.dataset import Targets
from engine.data.words import counted, listed, plain_number, quoted
from engine.errors import DataError
from engine.records import Task

__all__ = ["Target", "are_classes", "classify", "number_target", "read_task", "text_target"]

_MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False, slots=True)
class Target:
    """The target, decided."""

    task: Task
    y: Targets
    """(m,): class numbers as intp, or values as float64."""
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_task(word: str | None) -> Task | None:
    """The task of that name; None for None. Raises DataError."""
    try:
        return None if word is None else Task(word)
    except ValueError:
        raise DataError(f"Task {quoted(word or '')} is not known: use binary, multiclass or regression.") from None


def text_target(name: str, codes: NDArray[np.float64], levels: Sequence[str], task: Task | None) -> Target:
    """A target of texts: classes that keep their names, in the order of `levels`."""
    are_few = _are_few(len(levels), len(codes))
    written = numbers_as_texts(f"The target {quoted(name)}", levels, ", taken as classes" if are_few else "")
    if written and (task is Task.REGRESSION or (task is None and not are_few)):
        raise DataError(written)
    if task is Task.REGRESSION:
        raise DataError(
            f"The target {quoted(name)} holds texts such as {quoted(levels[0])}, so task regression is not possible: "
            "use binary or multiclass, or another target."
        )
    if len(levels) > MOST_LEVELS and task is None:
        raise DataError(
            f"The target {quoted(name)} has {len(levels)} different texts ({listed(levels[:3])}, …): group them, "
            "choose another target, or ask for task multiclass."
        )
    if 2 < len(levels) == len(codes):
        raise DataError(
            f"The target {quoted(name)} has {len(levels)} different texts in {counted(len(codes), 'row')}, "
            "too many for classes: add rows, group them or choose another target."
        )
    used, y = np.unique(codes, return_inverse=True)
    target = classify(name, y, [levels[int(code)] for code in used], task)
    return replace(target, notes=(written,)) if written and task is None else target


def number_target(name: str, values: NDArray[np.float64], task: Task | None, are_integers: bool) -> Target:
    """A target of numbers: without a task, classes if `are_integers`, else values.

    Raises DataError if the task does not fit.
    """
    distinct, y = np.unique(values, return_inverse=True)
    if len(distinct) == 1:
        raise DataError(
            f"The target {quoted(name)} is {plain_number(distinct[0])} in every row, so there is nothing to learn: "
            "add rows with other values or choose another target."
        )
    if task is Task.REGRESSION or (task is None and not are_integers):
        return Target(Task.REGRESSION, values, ())
    fewest = 2 * len(distinct) if task is None else len(distinct) + 1
    if len(distinct) > _MOST_CLASSES or (len(distinct) > 2 and len(values) < fewest):
        raise DataError(
            f"The target {quoted(name)} has {len(distinct):,} different values in {counted(len(values), 'row')}, too "
            "many for classes: ask for task regression or choose another target."
        )
    return classify(name, y, [plain_number(value) for value in distinct.tolist()], task)


def are_classes(values: NDArray[np.float64]) -> bool:
    """Whether numbers in a text file look like classes: whole, at most 50, each about three times or more."""
    distinct = np.unique(values)
    return _are_few(len(distinct), len(values)) and bool((distinct == np.round(distinct)).all())


def _are_few(distinct: int, rows: int) -> bool:
    return distinct <= 2 or (distinct <= MOST_LEVELS and 3 * distinct <= rows)


def classify(name: str, y: NDArray[np.intp], classes: Sequence[str], task: Task | None) -> Target:
    """Class numbers `y` in the order of `classes`, as binary or multiclass. Raises DataError."""
    if len(classes) < 2:
        raise DataError(
            f"The target {quoted(name)} has the single class {quoted(classes[0])}, so there is nothing to learn: "
            "add rows of another class or choose another target."
        )
    if task is Task.BINARY and len(classes) > 2:
        raise DataError(
            f"The target {quoted(name)} has {len(classes)} classes ({listed(classes)}), so task binary is not "
            "possible: use multiclass."
        )
    kind = task or (Task.BINARY if len(classes) == 2 else Task.MULTICLASS)
    return Target(kind, y.astype(np.intp, copy=False), tuple(classes))
