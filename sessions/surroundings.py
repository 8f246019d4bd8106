"""What stands in the way of writing a session: a full or read-only disk, a conductor in trouble. Changes nothing."""

import os

from sessions.background.heartbeat import read_beat
from sessions.paths import SessionFolder

__all__ = ["FEW_BYTES", "troubles"]

FEW_BYTES = 4 << 20
"""Free space below which a person is told: a checkpoint of a middling network needs about as much."""


def troubles(folder: SessionFolder, *, conductor_alive: bool) -> tuple[str, ...]:
    """A sentence for each; empty if all is well, or if the folder is gone, which the history tells."""
    try:
        disk = os.statvfs(folder.path)
    except OSError:
        return ()
    found = []
    if disk.f_flag & os.ST_RDONLY or not os.access(folder.path, os.W_OK):
        found.append(
            f"{folder.path} is read-only: training in hand goes on, but its points wait in memory; make it writable."
        )
    elif disk.f_bavail * disk.f_frsize < FEW_BYTES:
        free = disk.f_bavail * disk.f_frsize // 1024
        found.append(
            f"Only {free} KB are free on the disk of {folder.path}: training goes on, but points of its curve may be "
            "lost; free some space."
        )
    beat = read_beat(folder.heartbeat) if conductor_alive else None
    if beat is not None and beat.trouble:
        found.append(beat.trouble)
    return tuple(found)
