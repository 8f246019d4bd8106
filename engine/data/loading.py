"""The one door through which data comes in: a built-in name, a CSV or TSV file, or an `.npz` file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.data.catalogue import BUILT_IN, GENERATED, SHIPPED
from engine.data.csvfile import read_columns
from engine.data.dataset import Dataset, Table
from engine.data.generated import DEFAULT_ROWS, GENERATORS
from engine.data.making import make_dataset
from engine.data.npzfile import read_arrays
from engine.data.splitting import split_rows
from engine.data.tables import array_table, column_table
from engine.data.target import read_task
from engine.data.textfile import checked_path
from engine.data.words import quoted, suggestion
from engine.errors import DataError, NotFoundError
from engine.records import Task

__all__ = ["load_dataset", "load_table", "source_path"]

_TEXT_SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_FEWEST_GENERATED, _MOST_GENERATED = 10, 10_000_000
_MISSING = ("fill", "drop")


def load_table(source: str, *, target: str | None = None, task: str | None = None, missing: str = "fill") -> Table:
    """Read a source whole: cleaned and numeric, neither scaled nor split.

    `source` is a built-in name (generated ones also `name:rows` or `name:rows:seed`), a `.csv` or `.tsv` (perhaps
    `.gz`), or an `.npz` with X and y. `target` is the name of a column, by default the last. `missing` is `fill` or
    `drop`. Raises NotFoundError for a source that does not exist, DataError for one that cannot be used.
    """
    kind = read_task(task)
    if missing not in _MISSING:
        raise DataError(f"missing {quoted(missing)} is not known: use fill or drop.")
    name = source.split(":")[0]
    if name in GENERATED:
        _refuse_target(target)
        return _generated(source, kind)
    path = source_path(source)
    if path.name.lower().endswith(".npz"):
        _refuse_target(target)
        return array_table(*read_arrays(path), kind, source)
    return column_table(read_columns(path, target), kind, missing == "drop", source)


def load_dataset(
    source: str,
    *,
    target: str | None = None,
    task: str | None = None,
    split: Sequence[float] = (0.6, 0.2, 0.2),
    scale: str = "standard",
    seed: int = 0,
) -> Dataset:
    """Read, split and scale in one; float32 data stays float32. Raises as `load_table` does."""
    table = load_table(source, target=target, task=task)
    return make_dataset(table, split_rows(table, split, seed), scale, table.X.dtype.name)


def source_path(source: str) -> Path:
    """The file behind a source that is not generated. Raises NotFoundError or DataError."""
    if source in SHIPPED:
        return Path(__file__).parent / "files" / f"{source}.csv.gz"
    name = source.split(":")[0]
    if name in SHIPPED:
        raise DataError(f"{quoted(source)} takes no number of rows: use {name}, or a generated set such as moons:2000.")
    if not source.lower().endswith((*_TEXT_SUFFIXES, ".npz")):
        if not any(mark in source for mark in "./\\"):
            known = ", ".join(BUILT_IN)
            raise NotFoundError(
                f"There is no data set {quoted(source)}{suggestion(source, list(BUILT_IN))}: use one of {known}, "
                "or the path of a .csv, .tsv or .npz file."
            )
        path = checked_path(source)
        raise DataError(f"{quoted(path.name)} is of a kind that is not read: use .csv, .tsv (perhaps .gz) or .npz.")
    return checked_path(source)


def _refuse_target(target: str | None) -> None:
    if target not in (None, "y"):
        raise DataError(f"There is no column {quoted(target or '')}: the target of this source is y; leave target out.")


def _generated(source: str, task: Task | None) -> Table:
    name, *numbers = source.split(":")
    sizes = [int(number) if number.isascii() and number.isdigit() else -1 for number in numbers]
    rows, seed = (*sizes, *(DEFAULT_ROWS[name], 0)[len(sizes) :])[:2]
    if len(sizes) > 2 or seed < 0 or not _FEWEST_GENERATED <= rows <= _MOST_GENERATED:
        raise DataError(
            f"{quoted(source)} is not understood: use {name}, {name}:ROWS or {name}:ROWS:SEED "
            f"with {_FEWEST_GENERATED} to {_MOST_GENERATED:,} rows."
        )
    X, y = GENERATORS[name](np.random.default_rng(seed), rows)
    return array_table(X, y if name == "sine" else y.astype(np.intp), task, source)
