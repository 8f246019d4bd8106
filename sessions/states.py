"""Where an experiment, a fit or a sweep stands. By itself, so that the first frame need not load the records."""

from enum import Enum

__all__ = ["State"]


class State(Enum):
    """Where an experiment or a fit stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    PRUNED = "pruned"

    @property
    def is_over(self) -> bool:
        """Nothing more will happen by itself."""
        return self not in (State.QUEUED, State.RUNNING, State.PAUSED)
