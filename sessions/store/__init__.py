"""The history's storage: TinyDB's API over a journal that loses nothing it acknowledged. Knows no experiment.

Names are resolved on first use: a worker writes files durably without importing TinyDB.
"""

from typing import TYPE_CHECKING

from engine.later import later

if TYPE_CHECKING:
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

_HOMES = {
    "FILE_MODE": "disk",
    "FOLDER_MODE": "disk",
    "Changes": "state",
    "Damage": "damage",
    "DamageKind": "damage",
    "Disk": "disk",
    "Document": "values",
    "JournalTable": "table",
    "Plain": "values",
    "Schema": "schema",
    "Store": "database",
    "StoreError": "errors",
    "atomic_write": "disk",
    "explain": "errors",
    "normalise": "values",
    "open_store": "database",
    "spoken": "errors",
    "write_together": "disk",
}

__getattr__ = later(__name__, _HOMES)
