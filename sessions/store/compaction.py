"""Writes a history anew without what was replaced since, and keeps the predecessor in `archive/`, compressed.

Called by the holder of the writers' lock, but for the compression, which takes long and needs none.
"""

import errno
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sessions.store.change import Change
from sessions.store.disk import Disk, atomic_write, write_new
from sessions.store.line import NO_PREDECESSOR, encode_line
from sessions.store.lock import Mark
from sessions.store.state import State

__all__ = ["compress", "is_mostly_dead", "keep_predecessor", "write_compacted"]

_LARGE = 8 << 20
_DEAD_FOR_EACH_ALIVE = 3
_LINES = 512
_BLOCK = 1 << 20
_GZIP = 31
"""zlib's `wbits` for a gzip stream."""


def is_mostly_dead(state: State, size: int) -> bool:
    """Whether writing the file anew is worth it: it is large, and at least three of four documents were replaced."""
    return size > _LARGE and state.puts > (1 + _DEAD_FOR_EACH_ALIVE) * max(state.documents, 1)


def write_compacted(path: Path, state: State, last: int, schema: int, time_s: float, writer: str, disk: Disk) -> Mark:
    """Write the documents of `state` to `path`, numbered on from `last`; the mark of its end. Raises OSError."""
    mark = Mark(last, NO_PREDECESSOR)

    def pieces() -> Iterator[bytes]:
        nonlocal mark
        for change in _changes(state):
            line, checksum = encode_line(mark.number + 1, mark.checksum, schema, time_s, writer, change)
            mark = Mark(mark.number + 1, checksum)
            yield line

    write_new(path, _joined(pieces()), disk)
    return mark


def _changes(state: State) -> Iterator[Change]:
    """An empty one first, so that an empty history still carries its number; then one for each document, so that
    damage to a line costs one document."""
    yield Change()
    for table, documents in state.tables.items():
        for name, document in documents.items():
            yield Change({table: {name: document}})


def _joined(lines: Iterator[bytes]) -> Iterator[bytes]:
    while some := b"".join(islice(lines, _LINES)):
        yield some


def keep_predecessor(path: Path, folder: Path, mark: Mark, disk: Disk) -> Path:
    """Give the file a second name in `folder`, or copy it where that is not possible. Raises OSError, StoreError."""
    kept = folder / f"{path.stem}-{mark.number:09d}-{mark.checksum}{path.suffix}"
    disk.make_folder(folder)
    try:
        disk.link(path, kept)
    except FileExistsError:
        return kept
    except OSError as fault:
        if fault.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV):
            raise
        atomic_write(kept, path.read_bytes(), disk)
    disk.sync_folder(folder)
    return kept


def compress(kept: Path, disk: Disk) -> None:
    """Replace the kept file by a `.gz`; where that fails it stays as it is."""
    temporary = kept.with_suffix(".tmp")
    target = kept.with_name(f"{kept.name}.gz")
    try:
        write_new(temporary, _compressed(kept), disk)
        disk.replace(temporary, target)
        disk.sync_folder(kept.parent)
        disk.unlink(kept)
    except OSError:
        temporary.unlink(missing_ok=True)


def _compressed(path: Path) -> Iterable[bytes]:
    packer = zlib.compressobj(level=1, wbits=_GZIP)
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            yield packer.compress(block)
    yield packer.flush()
