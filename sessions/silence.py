"""Says which experiments nobody has heard of for long though they are in training. Changes nothing."""

from collections.abc import Iterable

from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, State

__all__ = ["silence"]

_LONG_MIN = 5


def silence(folder: SessionFolder, experiments: Iterable[Experiment], now_s: float) -> tuple[str, ...]:
    """A sentence for each; `now_s` is the time of day, as files bear it."""
    return tuple(
        f"#{each.number}: no news from its worker for more than {_LONG_MIN} minutes; "
        f"`tunedeck stop {folder.word} {each.number}` ends it in any case."
        for each in experiments
        if any(
            fit.state is State.RUNNING and _is_silent(folder, FitKey(each.number, fit.number), now_s)
            for fit in each.fits
        )
    )


def _is_silent(folder: SessionFolder, key: FitKey, now_s: float) -> bool:
    sign = FitFolder(folder.fit(key)).sign_of_life()
    return sign is not None and now_s - sign / 1e9 > 60 * _LONG_MIN
