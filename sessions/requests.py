"""What a person asks of experiments that are not over: their place in the queue, the parameters that they begin with,
other values while they train.

Each function is durable on return; the conductor and the workers follow within a moment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from engine.declaration import Value
from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters, check_task, declaration
from sessions.fits.changes import ChangeFiles, check_request
from sessions.history import History
from sessions.paths import FitKey
from sessions.records import Change, Experiment, State
from sessions.store import Disk, atomic_write

__all__ = [
    "DEFAULT_WORKERS", "MOST_WORKERS", "change", "hold", "lay_initial", "queue", "release", "set_workers",
    "start_first",
]  # fmt: skip

DEFAULT_WORKERS = 2
MOST_WORKERS = 256


def queue(history: History) -> tuple[Experiment, ...]:
    """Experiments with fits that wait, in the order in which they will be taken; the held ones last."""
    history.refresh()
    waiting = [each for each in history.unfinished() if _waits(each)]
    return tuple(sorted(waiting, key=lambda each: (each.held, -each.priority, each.number)))


def lay_initial(history: History, source: Path, experiment: Experiment) -> None:
    """Have an experiment that is being queued begin with the parameters in a file. Raises UsageError, StoreError."""
    from engine.parameters import load_parameters

    sizes = (history.info.features, *experiment.hyperparameters.hidden_units, history.info.outputs)
    load_parameters(source).check(sizes)
    target = history.folder.experiment(experiment.number)
    disk = Disk()
    disk.make_folder(target)
    atomic_write(target / "initial.npz", source.read_bytes(), disk)


def start_first(history: History, numbers: Sequence[int]) -> None:
    """Take these before everything else, in this order. Raises UsageError for one that does not wait."""
    with history.group():
        experiments = [_waiting(history, number) for number in numbers]
        top = max((each.priority for each in history.unfinished()), default=0)
        for place, experiment in enumerate(reversed(experiments), 1):
            history.change(experiment.number, partial(replace, priority=top + place, held=False))


def hold(history: History, numbers: Sequence[int]) -> None:
    """Leave these in the queue until they are released. Raises UsageError for one that does not wait."""
    with history.group():
        for number in numbers:
            history.change(_waiting(history, number).number, partial(replace, held=True))


def release(history: History, numbers: Sequence[int]) -> None:
    """Let held ones be taken again. Raises UsageError for one that is not held."""
    with history.group():
        for number in numbers:
            if not history.experiment(number).held:
                raise UsageError(f"#{number} is not held: `tunedeck queue {history.folder.word}` shows which are.")
            history.change(number, partial(replace, held=False))


def set_workers(history: History, workers: int) -> None:
    """How many train at once; with fewer, the ones too many end after the fit in hand. Raises UsageError."""
    if not 1 <= workers <= MOST_WORKERS:
        raise UsageError(f"{workers} workers are not allowed: use a whole number from 1 to {MOST_WORKERS}.")
    history.set_setting("workers", workers)


def change(
    history: History,
    number: int,
    values: Mapping[str, Value],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Experiment:
    """Give a begun experiment other values from its next update on. Raises HyperparameterError or UsageError."""
    with history.transaction():
        experiment = history.experiment(number)
        _refuse_unless_begun(history, experiment)
        before = experiment.hyperparameters_now
        after = check_request(before, values)
        asked = [name for name, value in values.items() if value != declaration(name).default]
        check_task(Hyperparameters(), history.info.task, asked)  # of what is asked for, not of what it has
        for fit in experiment.fits:
            if not fit.state.is_over:
                ChangeFiles(history.folder.fit(FitKey(number, fit.number))).ask(values)
        made = tuple(Change(name, getattr(before, name), getattr(after, name), now()) for name in values)
        return history.change(number, lambda present: replace(present, changes=present.changes + made))


def _refuse_unless_begun(history: History, experiment: Experiment) -> None:
    number, name = experiment.number, history.folder.word
    if experiment.state.is_over:
        raise UsageError(
            f"#{number} is {experiment.state.value}: `tunedeck run {name} --parent {number} -s NAME=VALUE` starts "
            "another one from its values."
        )
    if not any(history.folder.fit(FitKey(number, fit.number)).exists() for fit in experiment.fits):
        raise UsageError(f"#{number} has not begun: stop it and run another one with the values you want.")


def _waiting(history: History, number: int) -> Experiment:
    experiment = history.experiment(number)
    if not _waits(experiment):
        name = history.folder.word
        raise UsageError(f"#{number} is {experiment.state.value}, not queued: `tunedeck queue {name}` shows what is.")
    return experiment


def _waits(experiment: Experiment) -> bool:
    return any(fit.state is State.QUEUED for fit in experiment.fits)
