"""The one door through which data comes in: a built-in name, a CSV or TSV file, or an `.npz` file."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.data.catalogue import GENERATED, SHIPPED
from engine.data.dataset import Dataset, Table
from engine.data.encoding import ColumnEncoding, Encoding
from engine.data.generated import DEFAULT_ROWS, GENERATORS
from engine.data.making import make_dataset
from engine.data.splitting import split_rows
from engine.errors import NotFoundError
from engine.records import Task

__all__ = ["load_dataset", "load_table"]


def load_table(source: str, *, target: str | None = None, task: str | None = None, missing: str = "fill") -> Table:
    """Read a source whole: cleaned and numeric, neither scaled nor split."""
    name = source.split(":")[0]
    if name in SHIPPED:
        text = gzip.open(Path(__file__).parent / "files" / f"{name}.csv.gz", "rt").read().splitlines()
        names = text[0].split(",")
        rows = [line.split(",") for line in text[1:]]
        X = np.array([row[:-1] for row in rows]).astype(float)
        last = [row[-1] for row in rows]
        kind = Task.REGRESSION if name == "diabetes" else Task.BINARY if name == "breast_cancer" else Task.MULTICLASS
        classes = () if kind is Task.REGRESSION else tuple(sorted(set(last)))
        y = np.array(last, dtype=float) if kind is Task.REGRESSION else np.array([classes.index(c) for c in last])
        goal = names.pop()
    elif name in GENERATED:
        X, y = GENERATORS[name](np.random.default_rng(0), int((source.split(":") + [DEFAULT_ROWS[name]])[1]))
        kind = Task.REGRESSION if name == "sine" else Task.BINARY if y.max() == 1 else Task.MULTICLASS
        classes = () if kind is Task.REGRESSION else tuple(str(c) for c in range(int(y.max()) + 1))
        y = y if kind is Task.REGRESSION else y.astype(np.intp)
        names, goal = [f"x{i + 1}" for i in range(X.shape[1])], "y"
    else:
        raise NotFoundError(f"No data set {source!r}.")
    encoding = Encoding(tuple(ColumnEncoding(each, (), 0.0) for each in names), goal)
    return Table(X, y, tuple(names), goal, kind, classes, source, encoding)


def load_dataset(
    source: str,
    *,
    target: str | None = None,
    task: str | None = None,
    split: Sequence[float] = (0.6, 0.2, 0.2),
    scale: str = "standard",
    seed: int = 0,
) -> Dataset:
    """Read, split and scale in one."""
    table = load_table(source, target=target, task=task)
    return make_dataset(table, split_rows(table, split, seed), scale, table.X.dtype.name)
