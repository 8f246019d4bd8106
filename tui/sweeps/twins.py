"""Asking once before a search is launched that there is already: it would only buy more looks. Pure."""

from collections.abc import Sequence

from sessions.search.records import Sweep

__all__ = ["TwinGuard"]


class TwinGuard:
    """Knows what has been launched here, and of what the person has been told that it is there already."""

    def __init__(self) -> None:
        self._begun: tuple[Sweep, ...] = ()
        """The last one launched here: the session as it is shown may not have it yet."""
        self._told: Sweep | None = None

    def objection(self, draft: Sweep, sweeps: Sequence[Sweep]) -> str:
        """A sentence where one of these tries just what the draft does; empty the second time it is asked for."""
        twin = next((each for each in (*sweeps, *self._begun) if draft.is_twin_of(each)), None)
        if twin is None or (self._told is not None and draft.is_twin_of(self._told)):
            self._told = None
            return ""
        self._told = draft
        return (
            f"Sweep {twin.number} is the same search (space, sampler, budget, seed): another one only buys more looks. "
            "ctrl+r once more launches it all the same."
        )

    def begin(self, sweep: Sweep) -> None:
        """A sweep has been launched here."""
        self._begun = (sweep,)
