"""What the dashboard asks of a session, as a protocol: the screens know this and nothing of files or processes."""

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.hyperparameters import Hyperparameters
from sessions.records import Snapshot

__all__ = ["OpenWorkbench", "Workbench"]


class Workbench(Protocol):
    """One open session. Every method may block on the disk, so it is called from a thread, one call at a time.

    Each raises TunedeckError, with a sentence for the person, when it cannot do what was asked.
    """

    @property
    def name(self) -> str:
        """The session's name."""

    def poll(self) -> Snapshot:
        """What stands now; the same object as before when nothing has changed."""

    def watch(self, fits: Sequence[tuple[int, int]]) -> None:
        """Name the (experiment, fit) pairs whose curves are wanted besides those that run."""

    def run(self, hyperparameters: Hyperparameters, *, idea: str = "", parent: int | None = None) -> int:
        """Queue an experiment; durable when it returns. Gives its number."""

    def stop(self, numbers: Sequence[int]) -> None:
        """Stop experiments, keeping their best parameters and curves."""

    def pause(self, numbers: Sequence[int]) -> None:
        """Hold running or queued experiments."""

    def resume(self, numbers: Sequence[int]) -> None:
        """Go on with held or interrupted experiments."""

    def note(
        self,
        number: int,
        *,
        conclusion: str | None = None,
        idea: str | None = None,
        tags: Sequence[str] | None = None,
    ) -> None:
        """Change what is written about an experiment; None leaves as it is."""


OpenWorkbench = Callable[[], Workbench]
