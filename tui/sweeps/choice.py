"""Which of a session's sweeps is shown: by itself the newest, until a person chooses. Pure."""

from collections.abc import Sequence

from sessions.search.records import Sweep

__all__ = ["SweepChoice"]


class SweepChoice:
    """The sweep that is shown, as the session gets more of them."""

    def __init__(self, sweeps: Sequence[Sweep]) -> None:
        self._newest = self.number = _newest(sweeps)
        """Number of the sweep that is shown; None while there is none."""
        self._awaited: int | None = None

    def shown(self, sweeps: Sequence[Sweep]) -> Sweep | None:
        """It, as it stands among these."""
        return next((each for each in sweeps if each.number == self.number), None)

    def await_sweep(self, number: int) -> None:
        """Show a sweep as soon as it is there."""
        self._awaited = number

    def follow(self, sweeps: Sequence[Sweep], *, is_held: bool) -> bool:
        """Go to the one that was awaited, or to one that was begun elsewhere; True for the latter.

        Not to one begun elsewhere while the person looks at an older one or at one that goes on, or where `is_held`.
        """
        before, self._newest = self._newest, _newest(sweeps)
        shown = self.shown(sweeps)
        is_free = self.number == before and (shown is None or shown.state.is_over) and not is_held
        has_moved = is_free and self._newest != before
        if has_moved:
            self.number = self._newest
        if self._awaited is not None and any(each.number == self._awaited for each in sweeps):
            self.number, self._awaited = self._awaited, None
        return has_moved

    def step(self, sweeps: Sequence[Sweep], step: int) -> bool:
        """Go so many sweeps on; False if there is none to go from."""
        numbers = [each.number for each in sweeps]
        if self.number not in numbers:
            return False
        self.number = numbers[min(max(numbers.index(self.number) + step, 0), len(numbers) - 1)]
        return True


def _newest(sweeps: Sequence[Sweep]) -> int | None:
    return max((each.number for each in sweeps), default=None)
