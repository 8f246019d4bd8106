"""The fingerprint of a table: the same for the same content, whatever file, format or number type it came from.

And that of a split, which is not part of the table.
"""

import hashlib

import numpy as np

from engine.data.dataset import Split, Table

__all__ = ["fingerprint", "split_fingerprint"]

_CHUNK_ROWS = 4096


def fingerprint(table: Table) -> str:
    """SHA-256 over names, shape and values, as 64 hexadecimal digits. Values are hashed as float64."""
    digest = hashlib.sha256()
    for text in (*table.feature_names, table.target, "\x00classes", *table.classes, f"\x00shape {table.X.shape}"):
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    for values in (table.X, table.y):
        for start in range(0, len(values), _CHUNK_ROWS):
            digest.update(np.ascontiguousarray(values[start : start + _CHUNK_ROWS], dtype="<f8").data)
    return digest.hexdigest()


def split_fingerprint(split: Split) -> str:
    """SHA-256 over the sizes and row numbers of the three parts, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for rows in (split.train, split.validation, split.test):
        digest.update(len(rows).to_bytes(8, "little") + np.ascontiguousarray(rows, dtype="<i8").data)
    return digest.hexdigest()
