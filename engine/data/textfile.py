"""Text files a person brings, opened as text whatever their compression and encoding. Reads them only."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from engine.data.words import quoted
from engine.errors import DataError, NotFoundError

__all__ = ["LATIN", "blocks", "checked_path", "guess_encoding", "open_text", "reading"]

LATIN = "latin-1"
"""What a file is read as when it is not UTF-8: it gives every byte a character."""

_SAMPLE_BYTES = 1 << 16
_BLOCK_CHARACTERS = 1 << 22
_GZIP = b"\x1f\x8b"
_FOREIGN = {b"PK\x03\x04": "a zip or Excel", b"PAR1": "a Parquet", b"\x89HDF": "an HDF5", b"%PDF": "a PDF"}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def checked_path(source: str) -> Path:
    """The path of an existing regular file. Raises NotFoundError or DataError."""
    try:
        path = Path(source).expanduser()
        if path.is_file():
            return path
        is_there = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(f"{quoted(source)} cannot be a file: {_reason(error)}; give the path of a file.") from None
    if is_there:
        raise DataError(f"{quoted(source)} is not a regular file: give the path of a .csv, .tsv or .npz file.")
    raise NotFoundError(f"There is no file {quoted(source)}: check the path.")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while reading the file into a DataError."""
    try:
        yield
    except MemoryError:
        raise DataError(f"{quoted(path.name)} does not fit into memory: use fewer rows or columns.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{quoted(path.name)} cannot be read: {_reason(error)}; check the file.") from None


def guess_encoding(path: Path) -> str:
    """From the first bytes: by byte order mark, else UTF-8. Raises DataError for what is no text."""
    with _open_bytes(path) as file:
        sample = file.read(_SAMPLE_BYTES)
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    for magic, kind in _FOREIGN.items():
        if sample.startswith(magic):
            raise DataError(f"{quoted(path.name)} is {kind} file: save the table as .csv first.")
    if b"\x00" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) < 0.05 * len(sample) / 2:
            return "utf-16-be" if even > odd else "utf-16-le"
        raise DataError(f"{quoted(path.name)} is not a text file: save the table as .csv first.")
    return "utf-8"


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text, decompressed, with `\\n` as the end of each line."""
    if _is_gzip(path):
        return gzip.open(path, "rt", encoding=encoding)
    return path.open(encoding=encoding)


def blocks(file: TextIO) -> Iterator[str]:
    """Pieces of about 4 million characters that end where a row ends: after a newline outside quotation marks."""
    while block := file.read(_BLOCK_CHARACTERS):
        block += file.readline()
        if block.count('"') % 2:
            tail = []
            while line := file.readline():
                tail.append(line)
                if line.count('"') % 2:
                    break
            block += "".join(tail)
        yield block


def _open_bytes(path: Path) -> gzip.GzipFile | IO[bytes]:
    return gzip.open(path) if _is_gzip(path) else path.open("rb")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or quoted(str(error))
