"""The door into a worker: what the conductor names without loading NumPy itself."""

from multiprocessing.connection import Connection
from pathlib import Path

__all__ = ["start"]


def start(channel: Connection, folder: str) -> None:
    """Run a worker of the session in `folder`; NumPy is already there, from the forkserver."""
    from sessions.paths import SessionFolder
    from sessions.worker import work

    work(channel, SessionFolder(Path(folder)))
