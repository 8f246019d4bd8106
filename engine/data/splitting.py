"""Which rows train, validate and test: seeded, stratified by class, decided before anything is fitted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Split, Table
from engine.data.words import counted, listed
from engine.errors import DataError
from engine.records import Task

__all__ = ["fold_rows", "split_notes", "split_rows"]

_PARTS = ("training", "validation", "test")
_FEW_ROWS = 30
_FEW_OF_A_CLASS = 5


def split_rows(table: Table, fractions: Sequence[float] = (0.6, 0.2, 0.2), seed: int = 0) -> Split:
    """Draw the three parts, sized by largest remainder, stratified: in each class to within one row of its share.

    Every class occurs among the training rows. A row keeps its place: row numbers are sorted, so (1, 0, 0) gives all
    rows in order. Raises DataError for fractions that are not allowed and for too few rows.
    """
    shares = _checked(fractions)
    m = len(table.y)
    sizes = _largest_remainder(shares * m)
    random = _generator(seed, 1)
    strata = [random.permutation(rows) for rows in _strata(table, np.arange(m, dtype=np.intp))]
    counts = _cover_training(_apportion(np.array([len(rows) for rows in strata]), shares, sizes))
    for name, share, size in zip(_PARTS, shares, counts.sum(axis=0), strict=True):
        if share > 0 and size == 0:
            raise DataError(
                f"{counted(m, 'row')} are too few for the split {_shown(fractions)}: "
                f"no {name} rows are left; use at least {_enough(shares, len(strata))} rows, or other fractions."
            )
    parts: list[list[Indices]] = [[], [], []]
    for rows, count in zip(strata, counts, strict=True):
        for part, piece in zip(parts, np.split(rows, np.cumsum(count)[:-1]), strict=True):
            part.append(piece)
    return Split(*(np.sort(np.concatenate(pieces)) for pieces in parts))


def split_notes(table: Table, split: Split) -> tuple[str, ...]:
    """What a person should know of the validation rows before trusting a score on them, a sentence each."""
    rows = len(split.validation)
    if not rows:
        return ()
    notes: tuple[str, ...] = ()
    if rows < _FEW_ROWS:
        notes = (f"A score on {counted(rows, 'validation row')} tells little: train with --folds.",)
    members = [int((table.y[split.validation] == number).sum()) for number in range(len(table.classes))]
    rare = [
        f"'{name}' ({count})" for name, count in zip(table.classes, members, strict=True) if count < _FEW_OF_A_CLASS
    ]
    if rare:
        which = f"{'class' if len(rare) == 1 else 'classes'} {listed(rare)}"
        notes += (f"Fewer than {_FEW_OF_A_CLASS} validation rows of the {which}: a score tells little of them.",)
    return notes


def fold_rows(table: Table, rows: Indices, folds: int, seed: int = 0) -> list[Split]:
    """Stratified folds of `rows` (training and validation rows of a split): each row validates once, none tests.

    Raises DataError if there are fewer than 2 folds, or more than members of the rarest class.
    """
    strata = _strata(table, np.asarray(rows, dtype=np.intp))
    most = min(len(stratum) for stratum in strata)
    if most < 2:
        raise DataError(f"{folds} folds are not possible: {_too_few(table, strata)}: get more of them or use no folds.")
    if not 2 <= folds <= most:
        whose = "there are rows" if table.task is Task.REGRESSION else "the rarest class has members"
        raise DataError(f"{folds} folds are not possible: use from 2 to {most}, as many as {whose}.")
    random = _generator(seed, 2)
    dealt = np.concatenate([random.permutation(stratum) for stratum in strata])
    fold_of = np.arange(len(dealt)) % folds
    none = np.empty(0, dtype=np.intp)
    return [Split(np.sort(dealt[fold_of != k]), np.sort(dealt[fold_of == k]), none) for k in range(folds)]


def _too_few(table: Table, strata: Sequence[Indices]) -> str:
    """Says of what there are not two rows to fold, the test rows left out."""
    fewest = min(range(len(strata)), key=lambda number: len(strata[number]))
    whose = f" of the class '{table.classes[fewest]}'" if table.classes else ""
    return f"beside the test rows there is {len(strata[fewest]) or 'no'} row{whose}, and each fold needs one"


def _checked(fractions: Sequence[float]) -> NDArray[np.float64]:
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.shape != (3,) or not np.isfinite(shares).all() or (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise DataError(
            f"The split {_shown(fractions)} is not allowed: "
            "give three fractions from 0 to 1 that add up to 1, such as 0.6,0.2,0.2."
        )
    if shares[0] == 0:
        raise DataError(f"The split {_shown(fractions)} leaves no training rows: make its first fraction positive.")
    whole: NDArray[np.float64] = shares / shares.sum()
    return whole


def _enough(shares: NDArray[np.float64], strata: int) -> int:
    """Rows that surely give each part one, and the training one of each class."""
    return int(np.ceil(max(1 / shares[shares > 0].min(), strata / shares[0]) - 1e-9))


def _shown(fractions: Sequence[float]) -> str:
    return ",".join(f"{fraction:g}" for fraction in fractions)


def _generator(seed: int, purpose: int) -> np.random.Generator:
    if seed < 0:
        raise DataError(f"The seed {seed} is not allowed: use a whole number from 0.")
    return np.random.default_rng([seed, purpose])


def _strata(table: Table, rows: Indices) -> list[Indices]:
    """The rows of each class; all rows together for a regression."""
    if table.task is Task.REGRESSION:
        return [rows]
    return [rows[table.y[rows] == number] for number in range(len(table.classes))]


def _largest_remainder(quotas: NDArray[np.float64]) -> Indices:
    """Whole numbers next to the quotas with the same sum."""
    sizes = np.floor(quotas + 1e-9).astype(np.intp)
    missing = round(float(quotas.sum())) - int(sizes.sum())
    order = np.argsort(-(quotas - sizes), kind="stable")
    sizes[order[:missing]] += 1
    return sizes


def _apportion(members: Indices, shares: NDArray[np.float64], sizes: Indices) -> Indices:
    """Rows of each class in each part (classes, 3): rows sum to `members`, columns to `sizes`, off by less than 2.

    Each class gets its quotas rounded down; what is left goes, one a part, where most is still wanted (the greedy
    construction of Gale and Ryser 1957, which succeeds wherever any does).
    """
    quotas = members[:, None] * shares
    counts = np.floor(quotas + 1e-9).astype(np.intp)
    wanted = sizes - counts.sum(axis=0)
    for k in np.argsort(-(members - counts.sum(axis=1)), kind="stable"):
        left = int(members[k] - counts[k].sum())
        for part in np.lexsort((-(quotas[k] - counts[k]), -wanted))[:left]:
            counts[k, part] += 1
            wanted[part] -= 1
    return counts


def _cover_training(counts: Indices) -> Indices:
    """Move one row of each class without training rows into training, and one of the largest class back if it can."""
    for k in np.flatnonzero(counts[:, 0] == 0):
        part = int(np.argmax(counts[k]))
        counts[k, part] -= 1
        counts[k, 0] += 1
        largest = int(np.argmax(counts[:, 0]))
        if counts[largest, 0] > 1:
            counts[largest, 0] -= 1
            counts[largest, part] += 1
    return counts
