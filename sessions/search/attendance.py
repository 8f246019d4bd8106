"""Sweeps as people are shown them: one that the history says is running, and that nobody goes on with, was interrupted.

The history keeps it as running: the next conductor takes it up by that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sessions.background.starting import is_attended
from sessions.paths import SessionFolder
from sessions.records import State
from sessions.search.records import Sweep

__all__ = ["as_shown"]


def as_shown(sweeps: Sequence[Sweep], folder: SessionFolder) -> tuple[Sweep, ...]:
    """The sweeps of a session. Costs nothing where none is running, three looks at locks where one is."""
    if not any(each.state is State.RUNNING for each in sweeps) or is_attended(folder):
        return tuple(sweeps)
    return tuple(_interrupted(each, folder) if each.state is State.RUNNING else each for each in sweeps)


def _interrupted(sweep: Sweep, folder: SessionFolder) -> Sweep:
    """Halted since the conductor's last sign of life: the clock has not brought it further since."""
    try:
        seen = datetime.fromtimestamp(folder.heartbeat.stat().st_mtime, UTC)
    except OSError:
        seen = sweep.created
    return sweep.at_rest(State.INTERRUPTED, max(seen, sweep.created))
