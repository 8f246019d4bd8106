"""The data of a session on disk: a copy of small data or the path of large data, its description, and the split.

What is read back is proven by its fingerprint; data that changed since is said, never used silently.
"""

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.archives import ARCHIVE_DAMAGE
from engine.data import (
    Dataset,
    Encoding,
    Split,
    Table,
    fingerprint,
    fold_rows,
    load_table,
    make_dataset,
    split_fingerprint,
    with_positive,
)
from engine.data.dataset import Gap
from engine.data.scaling import scale_kind
from engine.data.words import quoted
from engine.errors import DataError, NotFoundError, UsageError, WorkError
from engine.records import Task
from engine.scores import check_score
from sessions.data_check import differences, fitting_description, read_description, unreadable
from sessions.documents import Document
from sessions.paths import SessionFolder
from sessions.records import SessionInfo
from sessions.store.disk import Disk, atomic_write

__all__ = ["COPY_UP_TO_BYTES", "DataShelf", "copy_notes", "save_data"]

COPY_UP_TO_BYTES = 256 * 2**20
"""Larger tables stay where they are and are read again from their source."""

_PARTS = ("train", "validation", "test")


def save_data(folder: SessionFolder, table: Table, split: Split, how: Document) -> None:
    """Lay out the data folder of a new session; `how` the table was read and is used. Raises WorkError."""
    disk = Disk()
    disk.make_folder(folder.data)
    is_copied = _is_small(table)
    arrays: dict[str, NDArray[Any]] = {"train": split.train, "validation": split.validation, "test": split.test}
    if is_copied:
        gaps = {f"gap{place}": gap.rows for place, gap in enumerate(table.gaps)}
        arrays |= {"X": table.X, "y": table.y, **gaps}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    atomic_write(folder.table, buffer.getvalue(), disk)
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
        "split_fingerprint": split_fingerprint(split),
        "rows": [len(split.train), len(split.validation), len(split.test)],
        **how,
    }
    atomic_write(folder.description, json.dumps(description).encode(), disk)


def _is_small(table: Table) -> bool:
    return table.X.nbytes + table.y.nbytes <= COPY_UP_TO_BYTES


def copy_notes(table: Table) -> tuple[str, ...]:
    """What is to be known where the data is not copied into the session: what it then rests on, in one sentence."""
    if _is_small(table):
        return ()
    size = f"{(table.X.nbytes + table.y.nbytes) / 2**20:,.0f} MB, above {COPY_UP_TO_BYTES >> 20} MB"
    source = _lasting(table.source)
    again = (
        f"it is read again from {quoted(source)}, which must stay there unchanged; a copy of the session needs it, too."
        if Path(source).is_absolute()
        else f"it is made again from {quoted(source)}."
    )
    return (f"The data ({size}) is not copied into the session: {again}",)


def _lasting(source: str) -> str:
    """A source that is found from every folder; one that is computed has no path."""
    path = Path(source).expanduser()
    return str(path.resolve()) if path.exists() else source


class DataShelf:
    """The session's data sets as trainings take them, each made once. Raises WorkError if the data is not there."""

    def __init__(self, folder: SessionFolder, info: SessionInfo | None = None) -> None:
        """`info`: what the history says, if there is a history to hold the data against."""
        self._folder = folder
        self._info = info
        self._datasets: dict[tuple[int | None, int, str], Dataset] = {}

    def expect(self, info: SessionInfo) -> None:
        """Give out only what the history says; whatever else was read before is forgotten."""
        self._info = info
        if "_description" in self.__dict__ and differences(self._description, info):
            for name in ("_description", "split", "table"):
                self.__dict__.pop(name, None)
            self._datasets.clear()

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
        """Row numbers of the three parts. Raises WorkError if they are gone or changed since."""
        arrays = self._arrays(_PARTS)
        split = Split(*(arrays[part] for part in _PARTS))
        if split_fingerprint(split) != self._description.get("split_fingerprint", split_fingerprint(split)):
            raise self._changed(f"The split in {self._folder.table}")
        return split

    @cached_property
    def table(self) -> Table:
        """The data as read. Raises WorkError if it is gone or changed since."""
        is_copied = self._description["is_copied"]
        table = self._rebuilt() if is_copied else self._read_again()
        if fingerprint(table) != self.fingerprint:
            raise self._changed(f"The data in {self._folder.data}" if is_copied else f"The data {table.source!r}")
        return table

    def _changed(self, what: str) -> WorkError:
        # A worker lives on: once the person has put things right, it must not go by what it read before.
        del self._description
        return WorkError(
            f"{what} changed since the session {self._folder.name!r} was made: "
            "restore it from a copy, or make a new session for the new data."
        )

    def _fold_splits(self, folds: int) -> list[Split]:
        rows = np.sort(np.concatenate([self.split.train, self.split.validation]))
        return fold_rows(self.table, rows, folds, self._description["seed"])

    def _read_again(self) -> Table:
        about = self._description
        missing = about.get("missing", "fill")
        try:
            table = load_table(about["source"], target=about["target"], task=about["task"], missing=missing)
            return with_positive(table, about.get("positive"))
        except (DataError, NotFoundError) as error:
            raise WorkError(
                f"The data of the session {self._folder.name!r} was too large to be copied into it, and its source "
                f"cannot be read again: {error}"
            ) from None

    def _rebuilt(self) -> Table:
        about = self._description
        places = [f"gap{place}" for place in range(len(about["gaps"]))]
        arrays = self._arrays(("X", "y", *places))
        gaps = [Gap(column, width, arrays[place]) for place, (column, width) in zip(places, about["gaps"], strict=True)]
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
    def _description(self) -> Document:
        if self._info is not None:
            return fitting_description(self._folder, self._info)
        about = read_description(self._folder)
        if not _has_known_words(about):
            raise unreadable(self._folder.description)
        return about

    def _arrays(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        path = self._folder.table
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return {name: file[name] for name in names}
        except OSError as error:
            raise unreadable(path, error.strerror) from None
        except ARCHIVE_DAMAGE:
            raise unreadable(path) from None


def _has_known_words(about: Document) -> bool:
    """Whether there is such a scale and such a score for the task: without a history nothing else would tell."""
    try:
        scale_kind(about["scale"])
        check_score(about["score_name"], Task(about["task"]))
    except (DataError, UsageError):
        return False
    return True
