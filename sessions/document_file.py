"""A document in a JSON file of its own: every value comes back as it was, NaN and ±inf too."""

import json
from pathlib import Path

from sessions.documents import Document
from sessions.store.values import dumps, normalise, revive

__all__ = ["encode_document", "read_document"]


def encode_document(document: Document) -> bytes:
    """The content of the file."""
    return dumps(normalise(document))


def read_document(path: Path) -> Document | None:
    """None if there is none, or it cannot be read."""
    try:
        document = revive(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None
