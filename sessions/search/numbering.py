"""The number of the next sweep: trials name their sweep by it, also those that the history has lost. Reads only."""

from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.paths import FitKey

__all__ = ["last_sweep_named"]


def last_sweep_named(history: History) -> int:
    """The highest number of a sweep that any trial names, as of the history's last refresh; 0 if none does.

    A trial that is only left in its folder comes back with a repair, and must not join a sweep it was not made by.
    """
    experiments = history.experiments()
    lost = history.folder.begun().difference(each.number for each in experiments)
    specs = (FitFolder(history.folder.fit(FitKey(number, 1))).read_spec() for number in lost)
    named = [spec.experiment.get("sweep") for spec in specs if spec is not None]
    return max([0, *(number for number in [*named, *(each.sweep for each in experiments)] if number)])
