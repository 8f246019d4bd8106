"""Data sets: reading, cleaning, encoding, splitting and scaling them. Reads a person's files, never writes one.

Names are resolved on first use, so that `engine.data.catalogue` can be read without importing NumPy.
"""

from typing import TYPE_CHECKING

from engine.later import later

if TYPE_CHECKING:
    from engine.data.catalogue import BUILT_IN
    from engine.data.dataset import Dataset, Rows, Split, Table
    from engine.data.encoding import ColumnEncoding, Encoding
    from engine.data.hashing import fingerprint, split_fingerprint
    from engine.data.loading import load_dataset, load_table
    from engine.data.making import make_dataset
    from engine.data.prediction import Encoded, encode
    from engine.data.scaling import ScaleKind, Scaling
    from engine.data.splitting import fold_rows, split_notes, split_rows
    from engine.data.tables import with_positive

__all__ = [
    "BUILT_IN",
    "ColumnEncoding",
    "Dataset",
    "Encoded",
    "Encoding",
    "Rows",
    "ScaleKind",
    "Scaling",
    "Split",
    "Table",
    "encode",
    "fingerprint",
    "fold_rows",
    "load_dataset",
    "load_table",
    "make_dataset",
    "split_fingerprint",
    "split_notes",
    "split_rows",
    "with_positive",
]

_HOMES = {
    "BUILT_IN": "catalogue",
    "ColumnEncoding": "encoding",
    "Dataset": "dataset",
    "Encoded": "prediction",
    "Encoding": "encoding",
    "Rows": "dataset",
    "ScaleKind": "scaling",
    "Scaling": "scaling",
    "Split": "dataset",
    "Table": "dataset",
    "encode": "prediction",
    "fingerprint": "hashing",
    "fold_rows": "splitting",
    "load_dataset": "loading",
    "load_table": "loading",
    "make_dataset": "making",
    "split_fingerprint": "hashing",
    "split_notes": "splitting",
    "split_rows": "splitting",
    "with_positive": "tables",
}

__getattr__ = later(__name__, _HOMES)
