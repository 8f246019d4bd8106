"""The history's storage: TinyDB's API over a journal that loses nothing it acknowledged. Knows no experiment."""

from sessions.store.damage import Damage, DamageKind
from sessions.store.database import Store, open_store
from sessions.store.disk import FILE_MODE, FOLDER_MODE, Disk, atomic_write, write_together
from sessions.store.errors import StoreError, explain, spoken
from sessions.store.schema import Schema
from sessions.store.state import Changes
from sessions.store.table import JournalTable
from sessions.store.values import Document, Plain, normalise

__all__ = [
    "FILE_MODE",
    "FOLDER_MODE",
    "Changes",
    "Damage",
    "DamageKind",
    "Disk",
    "Document",
    "JournalTable",
    "Plain",
    "Schema",
    "Store",
    "StoreError",
    "atomic_write",
    "explain",
    "normalise",
    "open_store",
    "spoken",
    "write_together",
]
