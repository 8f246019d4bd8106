"""Whether a curve file is intact, record by record, and keeping what is. Used by the doctor alone."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sessions.fits.curve import check_words, record_dtype

__all__ = ["CurveCheck", "check_curve", "intact_records"]


@dataclass(frozen=True, slots=True)
class CurveCheck:
    """What is in a curve file."""

    points: int
    """Whole records, damaged ones included."""
    damaged: int
    """Records whose check word does not fit."""
    torn_bytes: int
    """Bytes behind the last whole record."""


def check_curve(path: Path, layers: int) -> CurveCheck:
    """Check every record; an absent file has no points."""
    raw = path.read_bytes() if path.exists() else b""
    dtype = record_dtype(layers)
    records = np.frombuffer(raw, dtype, len(raw) // dtype.itemsize)
    damaged = int(np.count_nonzero(records["check"] != check_words(records)))
    return CurveCheck(len(records), damaged, len(raw) % dtype.itemsize)


def intact_records(path: Path, layers: int) -> bytes:
    """The bytes of the records that are intact, in order."""
    raw, dtype = path.read_bytes(), record_dtype(layers)
    records = np.frombuffer(raw, dtype, len(raw) // dtype.itemsize)
    intact: bytes = records[records["check"] == check_words(records)].tobytes()
    return intact
