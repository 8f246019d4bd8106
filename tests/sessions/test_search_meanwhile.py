"""What a person does while a sweep is steered, confirmed or left alone is neither lost nor mistaken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from math import isfinite, nan

import numpy as np
import pytest

from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.comparing import pair_up
from sessions.finalizing import break_seal
from sessions.folding import with_fit_state
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.records import Best, Change, Experiment, State
from sessions.search import steering, worth
from sessions.search.desk import SweepDesk
from sessions.search.planning import draft_sweep
from sessions.search.points import told_of
from sessions.search.records import Budget, Sampler, Sweep
from sessions.search.standing import first_merits
from sessions.search.steering import SweepSteward
from sessions.workbench import Workbench

BASE = Hyperparameters(epochs=2, hidden_units=(4,), batch_size=64)


def sweep_of(bench: Workbench, trials: int, **options: object) -> Sweep:
    space = Space.from_text({"learning_rate": "0.01..0.3"}, BASE)
    return draft_sweep(space, bench.info, budget=Budget(trials=trials), sampler=Sampler.QMC, **options)  # type: ignore[arg-type]


def conduct(bench: Workbench) -> None:
    """Do what a conductor does, here and now."""
    history = History.open(bench.folder)
    Conductor(history, InProcessLauncher(bench.folder)).run(linger_s=0.0)
    history.close()


def trained(bench: Workbench, desk: SweepDesk, trials: int = 3, **options: object) -> int:
    """A sweep whose trials are all over."""
    number = desk.launch(sweep_of(bench, trials, **options))
    conduct(bench)
    return number


def unsettle(bench: Workbench, number: int, state: State, **fields: object) -> None:
    """As it was the moment before its figures were drawn up."""
    bench.history.sweeps.change(
        number,
        lambda sweep: replace(sweep, state=state, outcome=None, ended="", **fields),  # type: ignore[arg-type]
    )


def step(bench: Workbench) -> None:
    """One look of a conductor at the sweeps."""
    history = History.open(bench.folder)
    history.refresh()
    SweepSteward(history).step()
    history.close()


def acting_first(act: Callable[[], object], then: Callable[..., object]) -> Callable[..., object]:
    def both(*given: object) -> object:
        act()
        return then(*given)

    return both


@pytest.mark.parametrize("state", [State.RUNNING, State.STOPPED])
def test_trials_added_while_the_figures_are_drawn_up_are_trained(
    bench: Workbench, desk: SweepDesk, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    number = trained(bench, desk, is_confirming=False)
    unsettle(bench, number, state)
    with monkeypatch.context() as patched:
        patched.setattr(worth, "outcome_of", acting_first(partial(desk.add_trials, number, 2), worth.outcome_of))
        step(bench)
    present = bench.history.sweep(number)
    assert (present.state, present.budget.trials, present.ended) == (State.RUNNING, 5, "")
    conduct(bench)
    assert len(desk.look(number).trials) == 5


def test_a_sweep_stopped_before_its_best_are_queued_again_is_not_confirmed(
    bench: Workbench, desk: SweepDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = trained(bench, desk, 8, is_confirming=False)
    unsettle(bench, number, State.RUNNING, is_confirming=True, budget=Budget(trials=10))
    choose = acting_first(partial(desk.stop, number), steering.choose_finalists)
    monkeypatch.setattr(steering, "choose_finalists", choose)
    step(bench)
    standing = desk.look(number)
    assert (standing.sweep.state, standing.sweep.finalists) == (State.STOPPED, ())
    assert [each.fresh for each in standing.trials] == [0] * 8


def test_a_sweep_that_ended_by_itself_is_not_stopped_once_more(bench: Workbench, desk: SweepDesk) -> None:
    number = trained(bench, desk, is_confirming=False)
    before = bench.history.sweep(number)
    desk.stop(number)
    assert bench.history.sweep(number) == before


def test_a_sweep_whose_trials_fail_without_a_word_is_given_up(bench: Workbench, desk: SweepDesk) -> None:
    number = trained(bench, desk, 5, is_confirming=False)
    for each in desk.look(number).trials:
        lost = tuple(replace(fit, state=State.FAILED) for fit in each.fits)
        bench.history.change(each.number, partial(replace, state=State.FAILED, fits=lost, best=None, error=""))
    unsettle(bench, number, State.RUNNING)
    step(bench)
    present = bench.history.sweep(number)
    assert present.state is State.FAILED
    assert present.ended == "Its first trials all failed: the workers left no reason"


def test_a_sweep_between_its_rounds_gets_a_conductor_again(
    bench: Workbench, desk: SweepDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SessionFolder] = []
    desk.launch(sweep_of(bench, 3))
    monkeypatch.setattr("sessions.workbench.ensure_conductor", asked.append)
    times = iter([0.0, 2.0, 4.0, 6.0])
    other = Workbench(bench.folder, clock=lambda: next(times))
    other.keep_going()
    assert asked == [bench.folder]
    desk.stop(1)
    other.keep_going()
    assert asked == [bench.folder] * 2, "what it found is not drawn up yet"
    step(bench)
    other.keep_going()
    assert asked == [bench.folder] * 2


Halt = Callable[[Experiment], Experiment]


def cut_short(state: State, trial: Experiment) -> Experiment:
    """A finalist one of whose fresh trainings did not come to an end."""
    last = replace(trial.fits[-1], state=state, epochs=0, train_cost=nan, validation_cost=nan, validation_score=nan)
    return replace(trial, state=state, fits=(*trial.fits[:-1], last), confirmed=None)


def without_figures(trial: Experiment) -> Experiment:
    """A finalist whose fresh trainings all ended without a finite cost."""
    first = len(trial.fits) - trial.fresh
    fresh = tuple(replace(fit, validation_cost=nan, validation_score=nan) for fit in trial.fits[first:])
    return replace(trial, fits=(*trial.fits[:first], *fresh), confirmed=Best(1, nan, nan))


@pytest.mark.parametrize("halt", [partial(cut_short, State.STOPPED), partial(cut_short, State.FAILED), without_figures])
def test_finalists_that_were_not_confirmed_stand_by_their_first_training(
    bench: Workbench, desk: SweepDesk, halt: Halt
) -> None:
    number = trained(bench, desk, 8)
    [finalist] = bench.history.sweep(number).finalists
    bench.history.change(finalist, halt)
    unsettle(bench, number, State.STOPPED)
    conduct(bench)
    standing = desk.look(number)
    outcome = standing.sweep.outcome
    assert outcome is not None
    assert (outcome.winner, outcome.is_confirmed) == (finalist, False)
    assert isfinite(outcome.promised)
    assert outcome.value is not None
    assert standing.promised == outcome.promised
    assert len(standing.leaders) == len(standing.trials)
    assert not any(each.is_confirmed for each in standing.leaders)
    assert all(each.merit.is_known for each in standing.leaders)


def test_trainings_of_a_confirmation_that_was_cut_short_are_neither_compared_nor_looked_at(
    bench: Workbench, desk: SweepDesk
) -> None:
    number = trained(bench, desk, 8)
    [finalist] = bench.history.sweep(number).finalists
    halted = bench.history.change(finalist, partial(cut_short, State.STOPPED))
    [pairing] = pair_up([halted, halted], np.random.default_rng(0))
    assert pairing.shared == 1
    assert break_seal(bench.history, halted, "the end").fits == 1


def test_a_trial_that_was_interrupted_has_figures_and_neither_leads_nor_is_learned_from(
    bench: Workbench, desk: SweepDesk
) -> None:
    number = trained(bench, desk, 4, is_confirming=False)
    best = desk.look(number).best
    assert best is not None
    bench.history.change(best.number, partial(with_fit_state, number=1, state=State.INTERRUPTED))
    standing = desk.look(number)
    assert best.number not in first_merits(standing.trials)
    told = told_of(standing.sweep.space, standing.trials)
    assert [each.number for each, known in zip(standing.trials, told, strict=True) if known.cost is None] == [
        best.number
    ]


def test_a_trial_that_was_changed_in_training_says_nothing_of_its_submitted_values(
    bench: Workbench, desk: SweepDesk
) -> None:
    number = trained(bench, desk, 4, is_confirming=False)
    best = desk.look(number).best
    assert best is not None
    change = Change("l2", 0.0, 0.1, datetime(2026, 1, 1, tzinfo=UTC))
    bench.history.change(best.number, partial(replace, changes=(change,)))
    unsettle(bench, number, State.STOPPED)
    conduct(bench)
    standing = desk.look(number)
    assert best.number not in first_merits(standing.trials)
    told = told_of(standing.sweep.space, standing.trials)
    assert sum(each.cost is not None and isfinite(each.cost) for each in told) == 3
    assert standing.sweep.outcome is not None
    assert standing.sweep.outcome.winner != best.number
    assert standing.sweep.outcome.looks == 3
