"""The door into a conductor: has NumPy loaded by the workers' forkserver while the conductor itself still loads."""

import contextlib
import os
import signal

from sessions.background.warming import warm_up

__all__ = ["start"]


def start(path: str) -> None:
    """Be the conductor of the session in folder `path`; returns at once if there is one already."""
    # Before the forkserver begins, which inherits them for its workers.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(10)
    warm_up()
    from sessions.background.conductor import main

    main(path)
