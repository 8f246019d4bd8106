"""Names in a session's quarantine/, where what stands in the way or is damaged is kept. Moves nothing."""

from pathlib import Path

from sessions.paths import SessionFolder
from sessions.store import Disk

__all__ = ["aside"]


def aside(folder: SessionFolder, path: Path) -> Path:
    """A free name in quarantine/ that tells where the file or folder was. Raises OSError."""
    quarantine = folder.path / "quarantine"
    Disk().make_folder(quarantine)
    name = "-".join(path.relative_to(folder.path).parts).lstrip(".")
    number = 1
    while (kept := quarantine / f"{name}-{number}").exists():
        number += 1
    return kept
