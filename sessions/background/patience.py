"""Ends workers that give no sign of life though a fit of theirs was asked to end: a stop comes to its end in any case.

A worker that is halted, or stuck in a system call, obeys no request. Its sign of life is watched with a clock of our
own, so that a machine that slept or a clock that jumped mean nothing. What it trained goes on from its checkpoint.
"""

import time
from collections.abc import Callable, Iterable

from sessions.fits.control import ControlFile, Request
from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder

__all__ = ["Patience"]

PATIENCE_S = 20.0
"""Four signs of life of a worker that is well."""
LOOK_EVERY_S = 1.0


class Patience:
    """What is known of the workers whose fits were asked to end."""

    def __init__(self, folder: SessionFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._due = clock()
        self._since: dict[FitKey, tuple[int, float]] = {}
        """The last sign of life of each, and when it was first seen."""

    def look_after(self, keys: Iterable[FitKey]) -> None:
        """Look at these fits, which are in hand; kill the workers that have been silent for too long."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + LOOK_EVERY_S
        before, self._since = self._since, {}
        for key in keys:
            sign = self._sign_if_asked_to_end(key)
            if sign is None:
                continue
            known, since = before.get(key, (sign, now))
            self._since[key] = sign, since if known == sign else now
            if now - self._since[key][1] > PATIENCE_S:
                FitFolder(self._folder.fit(key)).life_lock().end_owner()

    def _sign_if_asked_to_end(self, key: FitKey) -> int | None:
        """None also where a sweep only prunes it: that is not worth what others lose who train in the same worker."""
        control = ControlFile(self._folder.fit(key)).read()
        if control is None or control.request is not Request.STOP:
            return None
        return FitFolder(self._folder.fit(key)).sign_of_life()
