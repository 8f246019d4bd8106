"""The curve of one fit on disk: fixed-size binary records, appended by one writer, read by anyone at any time.

A reader takes whole valid records and ignores the rest; the writer never blocks training for long and never edits
a record once written.
"""

import contextlib
import math
import os
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis import CostCurve
from engine.records import Health, Progress
from sessions.fits.curve_format import FLOATS, PER_LAYER, TYPES
from sessions.records import Curve

__all__ = [
    "CurveFollower", "CurveWriter", "check_words", "describe_format", "read_costs", "read_curve", "record_dtype",
]  # fmt: skip

FLUSH_EVERY_S = 0.25
SYNC_EVERY_S = 5.0
RETRY_EVERY_S = 2.0
"""Between two tries while the disk takes nothing."""
MOST_WAITING = 20_000
"""Points kept for a disk that takes nothing; beyond, the oldest are given up and the curve is incomplete."""

_HAS_HEALTH = 1
_MOST_BLOCKS = 64


@cache
def record_dtype(layers: int) -> np.dtype[np.void]:
    """The record of a network with that many layers of weights."""
    return np.dtype([(name, kind, (layers,)) if name in PER_LAYER else (name, kind) for name, kind in TYPES.items()])


@cache
def describe_format(layers: int) -> tuple[tuple[str, str], ...]:
    """The record's fields as spec.json carries them: name and NumPy type."""
    dtype = record_dtype(layers)
    return tuple((name, str(dtype[name])) for name in dtype.names or ())


def check_words(records: NDArray[np.void]) -> NDArray[np.uint32]:
    """One word a record: the sum of its other 32-bit words, each times its own odd number, modulo 2³²."""
    width = records.dtype.itemsize // 4
    words = np.frombuffer(records.tobytes(), "<u4").reshape(len(records), width)[:, :-1]
    weights = (np.arange(width - 1, dtype=np.uint64) * 2654435761 | 1).astype(np.uint32)
    sums: NDArray[np.uint32] = words @ weights + np.uint32(0x7D)
    return sums


class CurveWriter:
    """Appends the points of one fit. A failing disk loses points, never the training: see `is_complete`.

    Opening cuts off a torn last record and skips points that a predecessor already wrote (a resumed fit computes
    them again, bit for bit).
    """

    def __init__(self, path: Path, layers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._dtype = record_dtype(layers)
        self._waiting: list[Progress] = []
        self._seconds = array("d")
        """When each of those came."""
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        written = _valid_records(os.pread(self._fd, os.fstat(self._fd).st_size, 0), self._dtype)
        os.ftruncate(self._fd, written.nbytes)
        self.last_epoch = int(written["epoch"][-1]) if len(written) else -1
        self.last_seconds = float(written["seconds"][-1]) if len(written) else 0.0
        self.is_complete = len(written) == self.last_epoch + 1
        """False if points were given up, now or before the fit was resumed."""
        self._synced = clock()
        self._due = -math.inf
        """When what waits is to be written; the first point at once."""
        self._is_refused = self._is_synced = False

    def append(self, point: Progress, seconds: float) -> None:
        """Take one point; `seconds` since the fit's start. Raises nothing."""
        epoch = point.epoch
        if epoch <= self.last_epoch:
            return
        self.last_epoch = epoch
        self._waiting.append(point)
        self._seconds.append(seconds)
        if self._clock() >= self._due:
            self.flush()

    def flush_if_due(self) -> None:
        """Write what has waited long enough."""
        if self._clock() >= self._due:
            self.flush()

    def flush(self) -> bool:
        """Write all waiting points now. False if the disk takes none: they are kept for the next try."""
        now = self._clock()
        self._is_refused = bool(self._waiting) and not self._write()
        self._due = now + (RETRY_EVERY_S if self._is_refused else FLUSH_EVERY_S)
        if now - self._synced >= SYNC_EVERY_S:
            self.sync()
        return not self._is_refused

    def _write(self) -> bool:
        block = self._pack()
        size = os.fstat(self._fd).st_size
        try:
            while block:
                block = block[os.write(self._fd, block) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, size)
            self._give_up(max(0, len(self._waiting) - MOST_WAITING))
            return False
        self._is_synced = False
        self._forget(len(self._waiting))
        return True

    def _forget(self, points: int) -> None:
        """The oldest so many."""
        del self._waiting[:points], self._seconds[:points]

    def close(self) -> None:
        """Write and sync what there is; what the disk does not take is given up."""
        if self._fd < 0:
            return
        if not self.flush():
            self._give_up(len(self._waiting))
        if not self._is_synced:
            self.sync()
        os.close(self._fd)
        self._fd = -1

    def _give_up(self, points: int) -> None:
        if points:
            self._forget(points)
            self.is_complete = False

    def sync(self) -> None:
        """Return when what was written is on the medium."""
        self._synced = self._clock()
        self._is_synced = True
        try:
            os.fsync(self._fd)
        except OSError:
            self.is_complete = False

    def _pack(self) -> bytes:
        """The waiting points as records, column by column: a third of the time that one at a time would take."""
        records = np.zeros(len(self._waiting), self._dtype)
        records["seconds"] = self._seconds
        *columns, healths = zip(*self._waiting, strict=True)
        for name, column in zip(Progress._fields, columns, strict=False):
            records[name] = np.fromiter(column, self._dtype[name], len(records))
        _put_healths(records, healths)
        records["check"] = check_words(records)
        return records.tobytes()


def _put_healths(records: NDArray[np.void], healths: Sequence[Health | None]) -> None:
    """Most points share the last one's health, which is turned into numbers once."""
    runs = [list(run) for _, run in groupby(healths, id)]
    layers = records.dtype["dead"].shape[0]
    rows = np.repeat([_figures(run[0], layers) for run in runs], [len(run) for run in runs], axis=0)
    records["flags"] = rows[:, 0]
    with np.errstate(over="ignore"):  # a ratio beyond float32 is written as inf
        for i, name in enumerate(PER_LAYER):
            records[name] = rows[:, 1 + i * layers : 1 + (i + 1) * layers]


def _figures(health: Health | None, layers: int) -> tuple[float, ...]:
    """Flags and the figures of each layer."""
    if health is None:
        return (0.0,) * (1 + 3 * layers)
    return (_HAS_HEALTH, *health.update_ratio, *health.dead, *health.saturated)


def _valid_records(raw: bytes, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """The whole records at the front of `raw`, up to the first damaged one."""
    records = np.frombuffer(raw, dtype, len(raw) // dtype.itemsize)
    bad = np.flatnonzero(records["check"] != check_words(records))
    return records[: bad[0]] if len(bad) else records


class CurveFollower:
    """Follows one growing curve by byte offset; `poll` is cheap when nothing is new."""

    def __init__(self, path: Path, layers: int) -> None:
        self._path = path
        self._dtype = record_dtype(layers)
        self._offset = 0
        self._damaged_at = -1
        self.curve = Curve()

    def poll(self) -> bool:
        """Read what was appended. True if the curve changed; `curve` is then a new object."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return False
        if size < self._offset:
            self._offset = 0
            self.curve = Curve()
        if size - self._offset < self._dtype.itemsize or size == self._damaged_at:
            return False
        with self._path.open("rb") as file:
            file.seek(self._offset)
            raw = file.read(size - self._offset)
        records = _valid_records(raw, self._dtype)
        is_damaged = len(records) < len(raw) // self._dtype.itemsize
        self._damaged_at = size if is_damaged else -1
        if len(records) == 0 and not is_damaged:
            return False
        self._offset += records.nbytes
        self.curve = _extended(self.curve, records, complete=not is_damaged)
        return True


def read_curve(path: Path, layers: int) -> Curve:
    """The whole curve as it stands; empty if there is none yet."""
    follower = CurveFollower(path, layers)
    follower.poll()
    return follower.curve


def read_costs(path: Path, layers: int) -> CostCurve:
    """Only the columns that a verdict rests on, packed: a million points take 24 MB."""
    try:
        records = _valid_records(path.read_bytes(), record_dtype(layers))
    except OSError:
        return CostCurve((), (), ())
    epoch = array("q", records["epoch"].astype("<i8").tobytes())
    train, validation = (array("d", records[name].tobytes()) for name in ("train_cost", "validation_cost"))
    return CostCurve(epoch, train, validation)


def _extended(curve: Curve, records: NDArray[np.void], *, complete: bool) -> Curve:
    columns = {name: getattr(curve, name) + records[name].tolist() for name in ("epoch", "iteration", *FLOATS)}
    before = curve.health if isinstance(curve.health, _Healths) else _Healths(())
    return Curve(**columns, health=before.extended(records), complete=complete)


class _Healths(Sequence[Health | None]):
    """The healths of a curve, kept as numbers: a million records are made when they are looked at, not before."""

    def __init__(self, blocks: tuple[NDArray[np.float32], ...]) -> None:
        self._blocks = blocks
        self._ends = list(accumulate(map(len, blocks)))

    def extended(self, records: NDArray[np.void]) -> "_Healths":
        """These and those of more records."""
        parts = [records[name] for name in PER_LAYER]
        block = np.hstack([records["flags"].astype(np.float32)[:, None], *parts])
        blocks = (*self._blocks, block)
        return _Healths((np.concatenate(blocks),) if len(blocks) > _MOST_BLOCKS else blocks)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> Health | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[Health | None]: ...
    def __getitem__(self, place: int | slice) -> Health | list[Health | None] | None:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        block = bisect_right(self._ends, place)
        row = self._blocks[block][place - self._ends[block]].tolist()
        layers = len(row) // 3
        if row[0] != _HAS_HEALTH:
            return None
        return Health(tuple(row[1 : 1 + layers]), tuple(row[1 + layers : 1 + 2 * layers]), tuple(row[1 + 2 * layers :]))
