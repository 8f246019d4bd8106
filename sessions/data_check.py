"""What data/description.json says of a session's data, read and held against what the history says.

Reads no data and loads no NumPy: it is asked before anything is queued.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import WorkError
from sessions.data_description import is_sound
from sessions.documents import Document
from sessions.paths import SessionFolder
from sessions.records import SessionInfo

__all__ = ["Difference", "differences", "fitting_description", "read_description", "unreadable"]

Difference = tuple[str, Any, Any]
"""A name, what the description says of it, and what the history says."""


def read_description(folder: SessionFolder) -> Document:
    """The description as it is stored. Raises WorkError if it is lost or damaged."""
    path = folder.description
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error.strerror) from None
    except (ValueError, RecursionError):
        raise unreadable(path) from None
    if not is_sound(document):
        raise unreadable(path)
    about: Document = document
    return about


def fitting_description(folder: SessionFolder, info: SessionInfo) -> Document:
    """The description, if it is what the history says and its table is there. Raises WorkError, naming the doctor."""
    doctor = f"`tunedeck doctor {folder.word}` tells how to put it right."
    try:
        about = read_description(folder)
        _require_table(folder)
    except WorkError as error:
        raise WorkError(f"{str(error).removesuffix('.')}; {doctor}") from None
    if found := differences(about, info):
        raise WorkError(
            f"The data of the session {folder.name!r} is not what it was made with: data/{folder.description.name} "
            f"and the history differ in {', '.join(name for name, _, _ in found)}; {doctor}"
        )
    return about


def differences(about: Document, info: SessionInfo) -> Sequence[Difference]:
    """Where description and history do not say the same; no history that was rebuilt may say otherwise."""
    compared = (
        ("task", about["task"], info.task.value),
        ("target", about["target"], info.target),
        ("classes", about["classes"], list(info.classes)),
        ("features", len(about["feature_names"]), info.features),
        ("scale", about["scale"], info.scale),
        ("score_name", about["score_name"], info.score_name),
        ("seed", about["seed"], info.seed),
        # The descriptions of the first versions do not say how many rows each part has.
        ("rows", about.get("rows", info.rows), info.rows),
        ("fingerprint", about["fingerprint"], info.fingerprint),
    )
    return [each for each in compared if each[1] != each[2]]


def _require_table(folder: SessionFolder) -> None:
    try:
        folder.table.stat()
    except OSError as error:
        raise unreadable(folder.table, error.strerror) from None


def unreadable(path: Path, reason: str | None = None) -> WorkError:
    """The error about a file of the session's data that is lost or damaged."""
    return WorkError(
        f"The session's data cannot be read ({path}: {reason or 'the file is damaged'}): restore it from a copy."
    )
