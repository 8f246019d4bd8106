"""The door into a conductor: has NumPy loaded by the workers' forkserver while the conductor itself still loads."""

import contextlib
import os
import signal

from sessions.background.warming import warm_up

__all__ = ["start"]


def start(path: str) -> None:
    """Be the conductor of the session in folder `path`, once a line comes on standard input; leave if it ends instead.

    Returns at once if there is one already.
    """
    # Before the forkserver begins, which inherits them for its workers.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(10)
    word = _take_standard_input()
    warm_up()
    from sessions.background.conductor import main

    is_wanted = os.read(word, 1)
    os.close(word)  # before the lock is tried: whoever still finds it open knows that its work will be seen
    if is_wanted:
        main(path)


def _take_standard_input() -> int:
    """A descriptor of its own for what stood there, so that no worker inherits it."""
    word = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return word
