"""The steward alone, over a launcher that does as it is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.hyperparameters import Hyperparameters
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.background.steward import Steward
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.fits.fit_arrays import read_fit_curve
from sessions.fits.fit_folder import FitFolder, FitResult
from sessions.folding import with_fit_state, with_result
from sessions.history import History
from sessions.jobs import Job, Report, ReportKind
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Fit, State
from sessions.workbench import Workbench


class Poisoned:
    """One worker; a job that holds experiment 5 kills it, every other one is stopped at once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._jobs: list[Job] = []
        self.deaths = 0

    @property
    def busy(self) -> int:
        return len(self._jobs)

    def launch(self, job: Job) -> None:
        self._jobs.append(job)

    def make_ready(self) -> None: ...

    def keep(self, workers: int) -> None: ...

    def close(self) -> None: ...

    def poll(self, timeout_s: float) -> list[Report]:
        reports = []
        for job in self._jobs:
            is_deadly = any(fit.key.experiment == 5 for fit in job.fits)
            self.deaths += is_deadly
            for fit in job.fits:
                if not is_deadly:
                    self._history.change(fit.key.experiment, lambda present: with_fit_state(present, 1, State.STOPPED))
                reports.append(Report(ReportKind.DIED if is_deadly else ReportKind.PAUSED, fit.key, "it died"))
        self._jobs = []
        return [each for each in reports if each.kind is ReportKind.DIED]


@pytest.fixture
def history(root: Path) -> History:
    create_session(root, "iris", DataChoice(source="iris"))
    return History.open(SessionFolder(root / "iris"))


def test_a_fit_that_kills_its_worker_takes_no_other_with_it(history: History) -> None:
    history.add([draft(Hyperparameters(epochs=2)) for _ in range(8)])
    history.set_setting("workers", 1)
    launcher = Poisoned(history)
    steward = Steward(history, launcher)
    for _ in range(40):
        steward.step(0.0)
    states = {each.number: each.state for each in history.experiments()}
    assert states.pop(5) is State.INTERRUPTED
    assert set(states.values()) == {State.STOPPED}
    assert launcher.deaths <= 4


class Attentive:
    """One worker, whose job pauses at once; it notes how far the books are when it gets the next one."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._jobs: list[Job] = []
        self.states: list[State] = []

    @property
    def busy(self) -> int:
        return len(self._jobs)

    def launch(self, job: Job) -> None:
        self._jobs.append(job)
        self.states.append(self._history.experiment(1).state)

    def make_ready(self) -> None: ...

    def keep(self, workers: int) -> None: ...

    def close(self) -> None: ...

    def poll(self, timeout_s: float) -> list[Report]:
        reports = [Report(ReportKind.PAUSED, fit.key) for job in self._jobs for fit in job.fits]
        self._jobs = []
        return reports


def test_an_idle_worker_gets_its_next_training_before_the_last_one_is_recorded(history: History) -> None:
    long = Hyperparameters(epochs=5000)
    history.add([draft(long), draft(long.replace(activation="tanh"))])
    history.set_setting("workers", 1)
    launcher = Attentive(history)
    steward = Steward(history, launcher)
    steward.step(0.0)
    steward.step(0.0)
    assert launcher.states == [State.RUNNING, State.RUNNING]
    assert history.experiment(1).state is State.PAUSED


def an_experiment(*states: State) -> Experiment:
    fits = tuple(Fit(n, state, n, None, 3, 1, 0.5, 0.4, 0.9, 1.0) for n, state in enumerate(states, 1))
    return replace(draft(Hyperparameters()), number=1, uid="u", fits=fits, fresh=len(fits) - 1)


def test_a_fresh_fit_that_was_stopped_confirms_nothing() -> None:
    experiment = an_experiment(State.FINISHED, State.FINISHED, State.RUNNING)
    cut = replace(experiment.fits[2], state=State.STOPPED)
    assert with_result(experiment, FitResult("u", cut, None, 0, curve_is_complete=True)).confirmed is None
    whole = replace(experiment.fits[2], state=State.FINISHED)
    assert with_result(experiment, FitResult("u", whole, None, 0, curve_is_complete=True)).confirmed is not None


def test_a_failed_fits_reason_outlives_the_others() -> None:
    experiment = with_fit_state(an_experiment(State.RUNNING, State.QUEUED), 1, State.FAILED, "boom")
    running = with_fit_state(experiment, 2, State.RUNNING)
    finished = replace(running.fits[1], state=State.FINISHED)
    over = with_result(running, FitResult("u", finished, None, 0, curve_is_complete=True))
    assert (over.state, over.error) == (State.FAILED, "boom")


def test_the_seconds_of_a_fit_never_go_back(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions.workbench.ensure_conductor", lambda folder: None)
    history.add([draft(Hyperparameters(epochs=2))])
    history.change(
        1,
        lambda present: with_fit_state(
            replace(present, fits=(replace(present.fits[0], seconds=99.0),)), 1, State.STOPPED
        ),
    )
    Workbench(history.folder).resume([1])
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)
    [fit] = history.experiment(1).fits
    assert fit.state is State.FINISHED
    assert fit.seconds > 99.0
    assert read_fit_curve(FitFolder(history.folder.fit(FitKey(1, 1)))).seconds[0] > 99.0
