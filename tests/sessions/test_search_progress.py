"""How far a sweep is said to be, how long it will take, and what its minutes allow."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import nan
from pathlib import Path

import pytest

from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.creating import DataChoice, create_session
from sessions.fits.control import ControlFile, Request
from sessions.folding import with_fit_state
from sessions.history import History
from sessions.paths import FitKey, SessionFolder
from sessions.records import Best, Change, Experiment, Fit, State
from sessions.search import attendance
from sessions.search import desk as desk_module
from sessions.search.budget import confirmation
from sessions.search.desk import SweepDesk
from sessions.search.planning import draft_sweep, preview
from sessions.search.progress import done, seconds_left, trainings
from sessions.search.records import Budget, Sampler, Sweep
from sessions.search.standing import stand
from sessions.search.steering import SweepSteward
from sessions.workbench import Workbench

BASE = Hyperparameters(epochs=100, hidden_units=(4,))
START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def at(self, seconds: float) -> None:
        self.now = START + timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bench(root: Path) -> Workbench:
    create_session(root, "iris", DataChoice(source="iris"))
    return Workbench(SessionFolder(root / "iris"))


@pytest.fixture
def desk(bench: Workbench, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> SweepDesk:
    monkeypatch.setattr(desk_module, "ensure_conductor", lambda folder: None)
    monkeypatch.setattr(attendance, "is_attended", lambda folder: True)
    monkeypatch.setattr("sessions.workbench.ensure_conductor", lambda folder: None)
    return SweepDesk(bench, now=clock)


def drafted(bench: Workbench, budget: Budget, **options: object) -> Sweep:
    space = Space.from_text({"learning_rate": "0.01..0.3"}, BASE)
    now = partial(datetime.fromisoformat, START.isoformat())
    return draft_sweep(space, bench.info, budget=budget, sampler=Sampler.RANDOM, now=now, **options)  # type: ignore[arg-type]


def steer(bench: Workbench, clock: Callable[[], datetime]) -> None:
    """One look of a conductor at the sweeps."""
    history = History.open(bench.folder)
    history.refresh()
    SweepSteward(history, now=clock).step()
    history.close()
    bench.history.refresh()


def conduct(bench: Workbench) -> None:
    history = History.open(bench.folder)
    Conductor(history, InProcessLauncher(bench.folder)).run(linger_s=0.0)
    history.close()
    bench.history.refresh()


def trial(number: int, state: State, epochs: int = 100, score: float = 0.5, fresh: int = 0) -> Experiment:
    first = Fit(1, state, 0, None, epochs, epochs, 0.1, 0.1, score, 1.0)
    again = tuple(Fit(2 + each, State.QUEUED, 1 + each, None, 0, 0, nan, nan, nan, 0.0) for each in range(fresh))
    best = Best(epochs, 0.1, score) if state.is_over else None
    return Experiment(
        number,
        str(number),
        state,
        BASE,
        START,
        fits=(first, *again),
        best=best,
        sweep=1,
        trial=number,
        fresh=fresh,
        seconds=1.0,
    )


def test_the_confirmation_is_taken_for_as_long_as_it_is_where_pruned_trials_are_short(bench: Workbench) -> None:
    sweep = drafted(bench, Budget(trials=40))
    trials = [trial(1, State.FINISHED), *(trial(number, State.PRUNED, 5) for number in range(2, 20))]
    later = START + timedelta(seconds=190)
    mean = (100 + 18 * 5) / 19
    assert seconds_left(sweep, trials, later) == pytest.approx(11 * mean + 10 * 100)
    assert done(sweep, trials, later) == pytest.approx(19 / 40)


def test_what_trains_together_counts_by_its_epochs_before_any_of_it_is_over(bench: Workbench) -> None:
    sweep = drafted(bench, Budget(trials=8), is_confirming=False)
    trials = [trial(number, State.RUNNING, epochs=50) for number in range(1, 9)]
    later = START + timedelta(seconds=20)
    assert done(sweep, trials, later) == pytest.approx(1 / 2)
    assert seconds_left(sweep, trials, later) == pytest.approx(20)


def test_nothing_is_said_of_the_time_to_come_before_the_first_epoch(bench: Workbench) -> None:
    sweep = drafted(bench, Budget(trials=8), is_confirming=False)
    assert seconds_left(sweep, [], START) is None
    assert seconds_left(sweep, [trial(1, State.RUNNING, epochs=0)], START) is None


def test_pauses_do_not_make_a_sweep_seem_slow(bench: Workbench, desk: SweepDesk, clock: Clock) -> None:
    number = desk.launch(drafted(bench, Budget(trials=2), is_confirming=False))
    clock.at(10)
    desk.pause(number)
    clock.at(5000)
    desk.resume(number)
    clock.at(5010)
    sweep = bench.history.sweep(number)
    assert sweep.worked_s(clock.now) == 20
    assert seconds_left(sweep, [trial(1, State.FINISHED)], clock.now) == pytest.approx(20)


def test_a_sweep_that_goes_on_days_later_is_not_timed_by_them(bench: Workbench, desk: SweepDesk, clock: Clock) -> None:
    base = BASE.replace(epochs=1)
    draft = drafted(bench, Budget(trials=2), is_confirming=False)
    number = desk.launch(replace(draft, space=Space(draft.space.ranges, base)))
    conduct(bench)
    ended = bench.history.sweep(number).halted
    assert ended is not None
    clock.now = ended + timedelta(days=3)
    desk.add_trials(number, 2)
    assert bench.history.sweep(number).worked_s(clock.now) == pytest.approx((ended - START).total_seconds())


def test_trainings_are_those_there_are_once_no_more_can_come(bench: Workbench) -> None:
    sweep = drafted(bench, Budget(trials=40))
    trials = [trial(1, State.FINISHED, fresh=2), trial(2, State.FINISHED)]
    assert trainings(sweep, trials) == 40
    assert trainings(replace(sweep, finalists=(1,)), trials) == 4
    assert done(replace(sweep, finalists=(1,)), trials, START) == pytest.approx(2 / 4)


def test_a_sweep_that_was_stopped_is_not_said_to_be_done(bench: Workbench) -> None:
    sweep = replace(drafted(bench, Budget(trials=40)), state=State.STOPPED)
    assert done(sweep, [trial(1, State.FINISHED)], START) == pytest.approx(1 / 40)


def test_minutes_end_the_search_in_time_for_the_confirmation(bench: Workbench, desk: SweepDesk, clock: Clock) -> None:
    number = desk.launch(drafted(bench, Budget(trials=30, minutes=1)))
    steer(bench, clock)
    waiting = bench.history.trials(number)
    bench.history.change(waiting[0].number, lambda each: with_fit_state(each, 1, State.RUNNING))
    clock.at(46)
    steer(bench, clock)
    assert [each.state for each in bench.history.trials(number)] == [
        State.RUNNING, *(State.STOPPED for _ in waiting[1:])
    ]  # fmt: skip
    control = ControlFile(bench.folder.fit(FitKey(waiting[0].number, 1)))
    assert control.read() is None
    clock.at(61)
    steer(bench, clock)
    asked = control.read()
    assert asked is not None
    assert asked.request is Request.STOP


def test_only_what_competes_can_be_worth_going_on(bench: Workbench) -> None:
    """Pruned trials are tries that bought nothing; a changed one and a sweep that is over say nothing."""
    sweep = drafted(bench, Budget(trials=200))
    good = [trial(number, State.FINISHED, score=number / 100) for number in range(1, 31)]
    pruned = [trial(number, State.PRUNED, 5, score=0.99) for number in range(31, 51)]
    change = Change("l2", 0.0, 0.1, START)
    changed = [replace(trial(number, State.FINISHED), changes=(change,)) for number in range(51, 91)]
    assert stand(sweep, good, START).hint == ""
    assert stand(sweep, good + pruned, START).hint.startswith("The last 20 trials bought nothing")
    assert stand(sweep, good + changed, START).hint == ""
    over = stand(replace(sweep, state=State.FINISHED), good + pruned, START)
    assert not any("bought nothing" in each for each in (over.hint, *over.warnings))


def test_the_time_a_sweep_will_take_goes_by_the_last_one(bench: Workbench, desk: SweepDesk) -> None:
    """Its trials trained together: the time of each alone would promise far too much."""
    sweep = replace(drafted(bench, Budget(trials=10), is_confirming=False), number=1)
    past = [trial(number, State.FINISHED) for number in range(1, 11)]
    over = replace(sweep, state=State.FINISHED, halted=START + timedelta(seconds=2))
    assert preview(sweep, past, [over], 2).seconds == pytest.approx(2)
    assert preview(sweep, past, [], 2).seconds == pytest.approx(5)
    in_time = preview(replace(sweep, budget=Budget(minutes=0.01)), past, [over], 2)
    assert (in_time.seconds, in_time.is_at_most) == (pytest.approx(0.6), True)


def test_minutes_that_are_left_go_to_as_many_finalists_as_end_in_time(bench: Workbench) -> None:
    """400 epochs in the first 45 s, by however many at once: 15 s are worth 133, and some are kept in reserve."""
    sweep = drafted(bench, Budget(minutes=1))
    trials = [trial(number, State.FINISHED, 20) for number in range(1, 21)]
    shares = confirmation(sweep, trials, START + timedelta(seconds=45))
    assert (shares.finalists, shares.fresh) == (2, 2)
    assert confirmation(sweep, trials, START + timedelta(seconds=60)).finalists == 0


def left_alone(bench: Workbench, desk: SweepDesk, monkeypatch: pytest.MonkeyPatch, budget: Budget) -> Sweep:
    """A sweep of which one trial is over and one was cut short, and that no process goes on with."""
    number = desk.launch(drafted(bench, budget, is_confirming=False))
    over, cut = (replace(trial(0, state, epochs), sweep=number) for state, epochs in _LEFT)
    bench.history.add([over, cut])
    monkeypatch.setattr(attendance, "is_attended", lambda folder: False)
    return bench.history.sweep(number)


_LEFT = ((State.FINISHED, 100), (State.INTERRUPTED, 50))


def test_a_sweep_that_nobody_goes_on_with_is_shown_as_interrupted(
    bench: Workbench, desk: SweepDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = left_alone(bench, desk, monkeypatch, Budget(trials=2))
    standing = desk.look(left.number)
    assert standing.sweep.state is State.INTERRUPTED
    assert (standing.done, standing.eta_s) == (0.75, None)
    assert not any("--retry" in each for each in standing.warnings)
    assert [each.state for each in bench.poll().sweeps] == [State.INTERRUPTED]
    assert bench.history.sweep(left.number).state is State.RUNNING, "the next conductor takes it up by that"
    monkeypatch.setattr(attendance, "is_attended", lambda folder: True)
    assert [each.state for each in bench.poll().sweeps] == [State.RUNNING]


def test_minutes_in_which_nobody_goes_on_bring_a_sweep_no_further(
    bench: Workbench, desk: SweepDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = left_alone(bench, desk, monkeypatch, Budget(minutes=10))
    bench.folder.heartbeat.touch()
    seen = (START + timedelta(seconds=60)).timestamp()
    os.utime(bench.folder.heartbeat, (seen, seen))
    clock.at(3600)
    assert desk.look(left.number).done == pytest.approx(0.1)
