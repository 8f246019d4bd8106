"""What the dashboard asks of a session, as a protocol: the screens know this and nothing of files or processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from engine.hyperparameters import Hyperparameters

if TYPE_CHECKING:
    from sessions.records import Look, Snapshot
    from sessions.search.planning import Preview
    from sessions.search.range_test import RangeTest
    from sessions.search.records import Sweep

__all__ = ["Desk", "OpenWorkbench", "Workbench"]


class Desk(Protocol):
    """The sweeps of an open session; blocks and raises as the workbench does."""

    @property
    def workers(self) -> int:
        """Processes that train at once."""

    def set_workers(self, workers: int) -> None:
        """From the next training on."""

    def preview(self, sweep: Sweep) -> Preview:
        """What a sweep would do."""

    def launch(self, draft: Sweep) -> int:
        """Begin a sweep. Its number."""

    def stop(self, number: int) -> None:
        """End a sweep, keeping what its trials have."""

    def pause(self, number: int) -> None:
        """Pause a sweep and its trials."""

    def resume(self, number: int) -> None:
        """Go on with a sweep that was paused, stopped or killed."""

    def retry(self, number: int) -> int:
        """Train its failed and interrupted trials again; how many there are."""

    def add_trials(self, number: int, trials: int) -> None:
        """Enlarge its budget."""

    def widen(self, number: int, name: str) -> str:
        """Let a range reach further where the best lies at its edge; the new range in words."""


class Workbench(Protocol):
    """One open session. Every method may block on the disk, so it is called from a thread, one call at a time.

    Each raises TunedeckError, with a sentence for the person, when it cannot do what was asked.
    """

    @property
    def name(self) -> str:
        """The session's name."""

    @property
    def sweeps(self) -> Desk:
        """Its sweeps."""

    def final(self, number: int, reason: str) -> Look:
        """Score an experiment on the sealed test rows and enter the look in the ledger."""

    def range_test(self, hyperparameters: Hyperparameters) -> RangeTest:
        """Cost against a rising learning rate, and the rate it proposes."""

    def poll(self) -> Snapshot:
        """What stands now; the same object as before when nothing has changed."""

    def watch(self, fits: Sequence[tuple[int, int]]) -> None:
        """Name the (experiment, fit) pairs whose curves are wanted besides those that run."""

    def run(self, hyperparameters: Hyperparameters, *, idea: str = "", parent: int | None = None) -> int:
        """Queue an experiment; durable when it returns. Gives its number."""

    def stop(self, numbers: Sequence[int]) -> None:
        """Stop experiments, keeping their best parameters and curves."""

    def pause(self, numbers: Sequence[int]) -> None:
        """Pause running or queued experiments."""

    def resume(self, numbers: Sequence[int]) -> None:
        """Go on with paused or interrupted experiments."""

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
