"""Starting the conductor of a session, detached from whoever asks: it outlives the terminal."""

import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.errors import WorkError
from sessions.liveness import is_anyone_present, is_held
from sessions.one_thread import ONE_THREAD
from sessions.paths import SessionFolder

__all__ = ["conductor_ahead", "conductor_is_alive", "ensure_conductor", "is_attended"]

_PROGRAM = "import sys; from sessions.background.conductor_entry import start; start(sys.argv[1])"
_Process = subprocess.Popen[bytes]
_started: list[_Process] = []
"""Conductors this process started: looked at again now and then, so that the dead ones do not stay as zombies."""
_latest: dict[SessionFolder, _Process] = {}
"""The last one of each session."""


def conductor_is_alive(folder: SessionFolder) -> bool:
    """Whether the session has a living conductor."""
    return is_held(folder.conductor_lock)


def is_attended(folder: SessionFolder) -> bool:
    """Whether somebody takes up what waits: a conductor that is starting or lives, or a dashboard that starts one.

    In this order: one that starts takes its own lock before it lets go of the log's.
    """
    starting, watching = folder.conductor_log, folder.presence_lock
    return is_anyone_present(starting) or conductor_is_alive(folder) or is_anyone_present(watching)


def _environment(code_home: str) -> dict[str, str]:
    """One BLAS thread, and this very code: what is started from nothing takes over no `sys.path`."""
    places = [code_home, os.environ.get("PYTHONPATH", "")]
    path = {"PYTHONPATH": os.pathsep.join(place for place in places if place)}
    return os.environ | ONE_THREAD | path


@contextlib.contextmanager
def conductor_ahead(folder: SessionFolder) -> Iterator[None]:
    """Meanwhile a conductor loads, unless one lives; it touches nothing until `ensure_conductor`, and goes without it.

    Raises nothing: what stands in the way is told by `ensure_conductor`.
    """
    with contextlib.suppress(OSError):
        if not conductor_is_alive(folder):
            _spawn(folder)
    try:
        yield
    finally:
        _dismiss(folder)


def ensure_conductor(folder: SessionFolder) -> None:
    """Start a conductor unless one lives; two that start at once settle it by the lock. Raises WorkError."""
    if conductor_is_alive(folder):
        _dismiss(folder)
        return
    try:
        _give_the_word(folder)
    except OSError as error:
        raise WorkError(
            f"Training cannot be started ({error.strerror}); the experiment is queued: free memory or disk space, "
            f"then `tunedeck resume {folder.word}`."
        ) from None


def _give_the_word(folder: SessionFolder) -> None:
    """To the conductor that still loads, or to a new one. Raises OSError."""
    latest = _latest.get(folder)
    if latest is None or not _hears(latest):
        _hears(_spawn(folder))


def _hears(conductor: _Process) -> bool:
    """Have it begin; False if it is dead, or has reached for the session's lock already: it stops listening before.

    So one that hears looks at the session later than now, and no second one need be started beside it.
    """
    channel = conductor.stdin
    if channel is None or channel.closed:
        return False
    try:
        channel.write(b"\n")
    except BrokenPipeError:
        channel.close()
        return False
    return True


def _dismiss(folder: SessionFolder) -> None:
    """Let a conductor that was not given the word go; it goes as its standard input ends."""
    latest = _latest.get(folder)
    if latest is not None and latest.stdin is not None:
        latest.stdin.close()


def _spawn(folder: SessionFolder) -> _Process:
    """The process of a conductor, which loads and then waits for a line on its standard input. Raises OSError.

    Its working directory is the root of the file system and Python's safe path is on, so that no file of the
    person's folder is imported by accident.
    """
    code_home = str(Path(__file__).resolve().parents[2])
    with folder.conductor_log.open("ab") as log:
        folder.conductor_log.chmod(0o600)
        fcntl.flock(log, fcntl.LOCK_SH)  # the conductor's until it holds its own lock: tells that it is starting
        conductor = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(folder.path.resolve())],
            stdin=subprocess.PIPE,
            bufsize=0,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
            cwd="/",
            env=_environment(code_home),
        )
    _let_go_of_the_dead()
    _started.append(conductor)
    _latest[folder] = conductor
    return conductor


def _let_go_of_the_dead() -> None:
    for each in [each for each in _started if each.poll() is not None]:
        _started.remove(each)
        if each.stdin is not None:
            each.stdin.close()
