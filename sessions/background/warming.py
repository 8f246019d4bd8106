"""Starting the forkserver that workers come from. Imports little, so that it is the first thing a conductor does."""

from multiprocessing import forkserver

__all__ = ["warm_up"]


def warm_up() -> None:
    """Have NumPy and the engine loaded by the forkserver, unless it has them, while the caller goes on."""
    forkserver.set_forkserver_preload(["sessions.background.worker"])
    forkserver.ensure_running()
