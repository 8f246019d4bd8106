"""The data of a session on disk: a copy of small data or the path of large data, its description, and the split.

What is read back is proven by its fingerprint; data that changed since is said, never used silently.
"""

import io
import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data import Dataset, Encoding, Split, Table, fingerprint, fold_rows, load_table, make_dataset, with_positive
from engine.data.dataset import Gap
from engine.errors import WorkError
from engine.records import Task
from sessions.documents import Document
from sessions.paths import SessionFolder
from sessions.store.disk import Disk, atomic_write

__all__ = ["COPY_UP_TO_BYTES", "DataShelf", "save_data"]

COPY_UP_TO_BYTES = 256 * 2**20
"""Larger tables stay where they are and are read again from their source."""


def save_data(folder: SessionFolder, table: Table, split: Split, how: Document) -> None:
    """Lay out the data folder of a new session; `how` the table was read and is used. Raises WorkError."""
    disk = Disk()
    disk.make_folder(folder.data)
    is_copied = table.X.nbytes + table.y.nbytes <= COPY_UP_TO_BYTES
    arrays: dict[str, NDArray[Any]] = {"train": split.train, "validation": split.validation, "test": split.test}
    if is_copied:
        gaps = {f"gap{place}": gap.rows for place, gap in enumerate(table.gaps)}
        arrays |= {"X": table.X, "y": table.y, **gaps}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    atomic_write(folder.data / "table.npz", buffer.getvalue(), disk)
    description = {
        "feature_names": table.feature_names,
        "target": table.target,
        "task": table.task.value,
        "classes": table.classes,
        "source": table.source if is_copied else _lasting(table.source),
        "encoding": table.encoding.to_document(),
        "notes": table.notes,
        "gaps": [[gap.column, gap.width] for gap in table.gaps],
        "is_copied": is_copied,
        "fingerprint": fingerprint(table),
        **how,
    }
    atomic_write(folder.description, json.dumps(description).encode(), disk)


def _lasting(source: str) -> str:
    """A source that is found from every folder; one that is computed has no path."""
    path = Path(source).expanduser()
    return str(path.resolve()) if path.exists() else source


class DataShelf:
    """The session's data sets as trainings take them, each made once. Raises WorkError if the data is not there."""

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self._datasets: dict[tuple[int | None, int, str], Dataset] = {}

    @property
    def description(self) -> Document:
        """The data's description as it is stored."""
        return self._description

    @property
    def score_name(self) -> str:
        """The score that chooses."""
        return str(self._description["score_name"])

    @property
    def fingerprint(self) -> str:
        """Of the data the session was made with."""
        return str(self._description["fingerprint"])

    @property
    def encoding(self) -> Encoding:
        """How a new file becomes features."""
        return Encoding.from_document(self._description["encoding"])

    def dataset(self, fold: int | None = None, folds: int = 0, dtype: str = "float64") -> Dataset:
        """The whole split, or fold `fold` (from 1) of `folds` over its training and validation rows."""
        key = (fold, folds, dtype)
        if key not in self._datasets:
            self._datasets[key] = make_dataset(
                self.table, self.split_of(fold, folds), self._description["scale"], dtype
            )
        return self._datasets[key]

    def split_of(self, fold: int | None = None, folds: int = 0) -> Split:
        """Row numbers of the parts of such a data set."""
        return self.split if fold is None else replace(self._fold_splits(folds)[fold - 1], test=self.split.test)

    @cached_property
    def split(self) -> Split:
        """Row numbers of the three parts."""
        return Split(*(self._arrays[part] for part in ("train", "validation", "test")))

    @cached_property
    def table(self) -> Table:
        """The data as read. Raises WorkError if it is gone or changed since."""
        about = self._description
        if about["is_copied"]:
            return self._rebuilt()
        missing = about.get("missing", "fill")
        table = load_table(about["source"], target=about["target"], task=about["task"], missing=missing)
        table = with_positive(table, about.get("positive"))
        if fingerprint(table) != about["fingerprint"]:
            raise WorkError(
                f"The data {about['source']!r} changed since the session {self._folder.name!r} was made: "
                "restore it, or make a new session for the new data."
            )
        return table

    def _fold_splits(self, folds: int) -> list[Split]:
        rows = np.sort(np.concatenate([self.split.train, self.split.validation]))
        return fold_rows(self.table, rows, folds, self._description["seed"])

    def _rebuilt(self) -> Table:
        about, arrays = self._description, self._arrays
        gaps = (Gap(column, width, arrays[f"gap{place}"]) for place, (column, width) in enumerate(about["gaps"]))
        return Table(
            X=arrays["X"],
            y=arrays["y"],
            feature_names=tuple(about["feature_names"]),
            target=about["target"],
            task=Task(about["task"]),
            classes=tuple(about["classes"]),
            source=about["source"],
            encoding=self.encoding,
            notes=tuple(about["notes"]),
            gaps=tuple(gaps),
        )

    @cached_property
    def _description(self) -> dict[str, Any]:
        document = json.loads(self._read("description.json"))
        assert isinstance(document, dict)
        return document

    @cached_property
    def _arrays(self) -> dict[str, NDArray[Any]]:
        with np.load(io.BytesIO(self._read("table.npz")), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder.data / name).read_bytes()
        except OSError as error:
            path = self._folder.data / name
            raise WorkError(f"The session's data cannot be read ({path}: {error.strerror}): restore it.") from None
