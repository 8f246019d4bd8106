"""The door into a conductor: forks the forkserver, which loads NumPy for the workers while the conductor loads on."""

import contextlib
import os
import signal

import sessions.background.steward  # noqa: F401  before the fork: most of it is what the workers need as well
from sessions.background.forkserver import ForkServer, be_known_as

__all__ = ["start"]


def start(path: str) -> None:
    """Be the conductor of the session in folder `path`, once a line comes on standard input; leave if it ends instead.

    Returns at once if there is one already.
    """
    # Before the forkserver begins, which inherits all this for its workers.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(10)
    word = _take_standard_input()
    be_known_as("conductor")
    forkserver = ForkServer(path)
    with contextlib.suppress(OSError):  # it is tried again, and told of, when the first worker is wanted
        forkserver.start(word)
    from sessions.background.conductor import main

    is_wanted = os.read(word, 1)
    os.close(word)  # before the lock is tried: whoever still finds it open knows that its work will be seen
    if is_wanted:
        main(path, forkserver)


def _take_standard_input() -> int:
    """A descriptor of its own for what stood there, so that no worker inherits it."""
    word = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return word
