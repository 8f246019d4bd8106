"""The door into a worker: what the conductor names without loading NumPy itself."""

from multiprocessing.connection import Connection
from pathlib import Path

__all__ = ["start"]


def start(channel: Connection, folder: str) -> None:
    """Run a worker of the session in `folder`; NumPy is already there, from the forkserver."""
    from sessions.background.worker import work
    from sessions.paths import SessionFolder

    work(channel, SessionFolder(Path(folder)))
