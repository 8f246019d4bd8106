"""Starting the conductor of a session, detached from whoever asks: it outlives the terminal."""

import os
import subprocess
import sys
from pathlib import Path

from engine.errors import WorkError
from sessions.liveness import is_held
from sessions.paths import SessionFolder

__all__ = ["conductor_is_alive", "ensure_conductor"]

_PROGRAM = "import sys; from sessions.background.conductor_entry import start; start(sys.argv[1])"
_started: list[subprocess.Popen[bytes]] = []
"""Conductors this process started: looked at again now and then, so that the dead ones do not stay as zombies."""

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def conductor_is_alive(folder: SessionFolder) -> bool:
    """Whether the session has a living conductor."""
    return is_held(folder.conductor_lock)


def _environment(code_home: str) -> dict[str, str]:
    """One BLAS thread, and this very code also for the forkserver, which takes over no `sys.path`."""
    places = [code_home, os.environ.get("PYTHONPATH", "")]
    path = {"PYTHONPATH": os.pathsep.join(place for place in places if place)}
    return os.environ | dict.fromkeys(_ONE_THREAD, "1") | path


def ensure_conductor(folder: SessionFolder) -> None:
    """Start a conductor unless one lives; two that start at once settle it by the lock. Raises WorkError.

    Its working directory is the root of the file system and Python's safe path is on, so that no file of the
    person's folder is imported by accident.
    """
    if conductor_is_alive(folder):
        return
    code_home = str(Path(__file__).resolve().parents[2])
    try:
        with folder.conductor_log.open("ab") as log:
            folder.conductor_log.chmod(0o600)
            conductor = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, str(folder.path.resolve())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                close_fds=True,
                cwd="/",
                env=_environment(code_home),
            )
    except OSError as error:
        raise WorkError(
            f"Training cannot be started ({error.strerror}); the experiment is queued: free memory or disk space, "
            f"then `tunedeck resume {folder.name}`."
        ) from None
    _started[:] = [each for each in _started if each.poll() is None] + [conductor]
