"""Settles what a dead conductor left behind, for whoever looks: idempotent, and only while no conductor lives."""

import contextlib
from functools import partial

from sessions.background.starting import conductor_is_alive
from sessions.fits.control import ControlFile, Request
from sessions.fits.fit_folder import FitFolder
from sessions.folding import with_fit_state, with_result
from sessions.halting import halted
from sessions.history import History
from sessions.paths import FitKey
from sessions.records import State
from sessions.store import StoreError

__all__ = ["interrupt", "reconcile", "settle"]


def reconcile(history: History) -> None:
    """Fold in results of fits that ended unseen; mark as interrupted those that ended without one.

    A history that cannot be written stays as it is: it can still be looked at.
    """
    history.refresh()
    if any(experiment.state is State.RUNNING for experiment in history.unfinished()):
        with contextlib.suppress(StoreError), history.group():
            _settle_all(history)


def _settle_all(history: History) -> None:
    if conductor_is_alive(history.folder):
        return
    history.refresh()
    for experiment in history.unfinished():
        for fit in experiment.fits:
            if fit.state is State.RUNNING:
                settle(history, FitKey(experiment.number, fit.number))


def settle(history: History, key: FitKey) -> None:
    """Bring one fit that nobody may be training any more to where its folder says it is."""
    path = history.folder.fit(key)
    folder = FitFolder(path)
    if folder.is_being_trained():
        return
    result = folder.result_of(history.experiment(key.experiment).uid)
    if result is not None:
        history.change(key.experiment, partial(with_result, result=result))
        return
    control = ControlFile(path).read()
    if control is not None and control.request is Request.PAUSE and folder.has_checkpoint():
        history.change(key.experiment, partial(with_fit_state, number=key.fit, state=State.PAUSED))
        return
    words = (
        "Interrupted: the machine or the training processes went down; "
        f"`tunedeck resume {history.folder.word} {key.experiment}` goes on from the last checkpoint."
    )
    interrupt(history, key, words)


def interrupt(history: History, key: FitKey, words: str) -> None:
    """Fold in what the curve of a fit without a result shows, and mark it as interrupted for the reason in `words`."""
    folder = FitFolder(history.folder.fit(key))
    history.change(key.experiment, halted(folder, history.info, key.fit, words))
