"""Sweeps, played through in this process: what is proposed, confirmed, promised and kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import pytest

from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters
from engine.search.pruning import Pruner
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.history import History
from sessions.leading import best_first, rests_on, spread_of
from sessions.paths import SessionFolder
from sessions.records import Change, Experiment, State
from sessions.search.confirming import why_unconfirmed, with_fresh_fits
from sessions.search.desk import SweepDesk
from sessions.search.planning import draft_sweep
from sessions.search.points import point_of
from sessions.search.progress import trainings
from sessions.search.records import Budget, Sampler, Sweep
from sessions.search.steering import SweepSteward
from sessions.search.winners import sense_now
from sessions.workbench import Workbench

BASE = Hyperparameters(epochs=2, hidden_units=(4,), batch_size=64)
RATES = {"learning_rate": "0.001..0.3"}


def sweep_over(bench: Workbench, vary: dict[str, str], trials: int | None = 8, **options: object) -> Sweep:
    space = Space.from_text(vary, BASE)
    budget = Budget(trials=trials) if trials else None
    return draft_sweep(space, bench.info, **{"budget": budget, **options})  # type: ignore[arg-type]


def conduct(bench: Workbench) -> None:
    """Do what a conductor does, here and now."""
    history = History.open(bench.folder)
    Conductor(history, InProcessLauncher(bench.folder)).run(linger_s=0.0)
    history.close()


def play(bench: Workbench, desk: SweepDesk, draft: Sweep) -> Sweep:
    number = desk.launch(draft)
    conduct(bench)
    return bench.history.sweep(number)


def trials_of(bench: Workbench, sweep: Sweep) -> tuple[Experiment, ...]:
    bench.history.refresh()
    return bench.history.trials(sweep.number)


def rates_of(bench: Workbench, sweep: Sweep) -> list[float]:
    return [each.hyperparameters.learning_rate for each in trials_of(bench, sweep)]


def test_a_grid_trains_each_of_its_configurations_once(bench: Workbench, desk: SweepDesk) -> None:
    vary = {"learning_rate": "0.01|0.1", "momentum": "0.5|0.9"}
    sweep = play(bench, desk, sweep_over(bench, vary, None, sampler=Sampler.GRID, is_confirming=False))
    assert sweep.state is State.FINISHED
    trials = trials_of(bench, sweep)
    found = {(each.hyperparameters.learning_rate, each.hyperparameters.momentum) for each in trials}
    assert found == {(0.01, 0.5), (0.01, 0.9), (0.1, 0.5), (0.1, 0.9)}
    assert [each.trial for each in trials] == [1, 2, 3, 4]
    assert all(each.state is State.FINISHED for each in trials)


@pytest.mark.parametrize("sampler", list(Sampler))
def test_the_same_seed_and_one_worker_give_the_same_trials(bench: Workbench, desk: SweepDesk, sampler: Sampler) -> None:
    vary = RATES | {"momentum": "0.5..0.95"}
    first, again = (play(bench, desk, sweep_over(bench, vary, 16, sampler=sampler)) for _ in range(2))
    assert len(trials_of(bench, first)) >= 12
    assert rates_of(bench, first) == rates_of(bench, again)


def test_another_seed_gives_other_trials(bench: Workbench, desk: SweepDesk) -> None:
    one, other = (play(bench, desk, sweep_over(bench, RATES, 4, sampler=Sampler.RANDOM, seed=s)) for s in (1, 2))
    assert set(rates_of(bench, one)).isdisjoint(rates_of(bench, other))


@pytest.mark.parametrize("sampler", [Sampler.RANDOM, Sampler.QMC, Sampler.TPE])
def test_no_configuration_is_trained_twice_and_a_small_space_ends_early(
    bench: Workbench, desk: SweepDesk, sampler: Sampler
) -> None:
    sweep = play(bench, desk, sweep_over(bench, {"learning_rate": "0.01|0.03|0.1"}, 12, sampler=sampler))
    assert sorted(rates_of(bench, sweep)) == [0.01, 0.03, 0.1]
    assert sweep.state is State.FINISHED
    assert "Every configuration" in sweep.ended


@pytest.mark.parametrize(
    ("vary", "trials", "sampler", "counts"),
    [
        ({"learning_rate": "0.1"}, 60, Sampler.TPE, (1, 1, 0, 3)),
        ({"epochs": "1..11"}, 20, Sampler.TPE, (11, 10, 1, 4)),
        ({"learning_rate": "lin:0.01..0.1:4"}, None, Sampler.GRID, (4, 4, 0, 0)),
        (RATES, 16, Sampler.RANDOM, (float("inf"), 12, 0, 4)),
    ],
)
def test_a_preview_counts_what_the_sweep_will_train(
    bench: Workbench, desk: SweepDesk, vary: dict[str, str], trials: int | None, sampler: Sampler, counts: object
) -> None:
    draft = sweep_over(bench, vary, trials, sampler=sampler)
    shown = desk.preview(draft)
    assert (shown.different, len(shown.configurations), shown.later, shown.confirming) == counts
    assert shown.trainings == trainings(draft, ())
    trained = trials_of(bench, play(bench, desk, draft))
    assert shown.trainings == sum(len(each.fits) for each in trained)
    assert shown.confirming == sum(each.fresh for each in trained)


def test_the_last_quarter_retrains_the_best_with_fresh_seeds(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, 24, sampler=Sampler.RANDOM))
    trials = trials_of(bench, sweep)
    confirmed = [each for each in trials if each.confirmed]
    assert len(trials) == 18
    assert sum(each.fresh for each in trials) == 6
    assert {each.number for each in confirmed} == set(sweep.finalists)
    by_first = sorted(trials, key=lambda each: (-each.fits[0].validation_score, each.fits[0].validation_cost))
    assert {each.number for each in by_first[:3]} == set(sweep.finalists)
    for each in confirmed:
        fresh = each.fits[-each.fresh :]
        assert each.confirmed is not None
        assert each.best is not None
        assert {fit.seed for fit in fresh}.isdisjoint({each.fits[0].seed})
        assert each.confirmed.validation_cost == pytest.approx(fmean(fit.validation_cost for fit in fresh))
        assert each.best.validation_cost == each.fits[0].validation_cost


def test_the_winner_is_the_best_by_its_fresh_seeds_and_promises_their_mean(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, 24, sampler=Sampler.QMC))
    outcome = sweep.outcome
    assert outcome is not None
    confirmed = [each for each in trials_of(bench, sweep) if each.confirmed]
    winner = best_first(confirmed)[0]
    assert winner.confirmed is not None
    assert winner.confirmed.validation_score == max(each.confirmed.validation_score for each in confirmed)  # type: ignore[union-attr]
    assert (outcome.winner, outcome.is_confirmed) == (winner.number, True)
    assert outcome.promised == winner.confirmed.validation_score
    assert outcome.low is not None
    assert outcome.value is not None
    assert outcome.high is not None
    assert outcome.low <= outcome.value <= outcome.high
    assert outcome.value <= outcome.promised
    assert (outcome.looks, outcome.rows) == (18, bench.info.validation_rows)
    standing = desk.look(sweep.number)
    assert standing.best is not None
    assert (standing.best.number, standing.promised) == (outcome.winner, outcome.promised)


@pytest.mark.parametrize("is_confirming", [True, False])
def test_trials_whose_best_epoch_is_the_same_come_out_equal(
    bench: Workbench, desk: SweepDesk, is_confirming: bool
) -> None:
    vary = {"learning_rate": "100", "epochs": "2|3|4"}
    sweep = play(bench, desk, sweep_over(bench, vary, 12, sampler=Sampler.GRID, is_confirming=is_confirming))
    assert sweep.outcome is not None
    assert (sweep.outcome.is_confirmed, sweep.outcome.equal) == (is_confirming, 2)


def test_without_confirmation_the_promise_says_that_it_rests_on_one_training(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, 5, sampler=Sampler.QMC, is_confirming=False))
    assert sweep.outcome is not None
    assert not sweep.outcome.is_confirmed
    assert sweep.finalists == ()


@pytest.mark.parametrize(("option", "fits"), [({"folds": 3}, 3), ({"repeats": 2}, 2)])
def test_folds_and_repeats_are_confirmed_whole(
    bench: Workbench, desk: SweepDesk, option: dict[str, int], fits: int
) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, 8, sampler=Sampler.RANDOM, **option))
    trials = trials_of(bench, sweep)
    assert {len(each.fits) - each.fresh for each in trials} == {fits}
    winner = next(each for each in trials if each.fresh)
    assert winner.fresh == 2 * fits
    [spread] = [each.spread for each in desk.look(sweep.number).leaders if each.is_confirmed]
    assert spread == spread_of(winner) == stdev(fit.validation_score for fit in winner.fresh_fits)
    assert rests_on(winner) == f"mean of {2 * fits} fresh fits"
    assert sweep.outcome is not None
    assert sweep.outcome.value is not None
    info = bench.info
    rows = info.train_rows + info.validation_rows if "folds" in option else info.validation_rows
    assert sweep.outcome.rows == rows


@pytest.mark.parametrize("option", [{}, {"folds": 3}, {"repeats": 2}])
@pytest.mark.parametrize(("source", "score"), [("wine", "f1"), ("wine", "roc_auc"), ("diabetes", "rmse")])
def test_whatever_score_chooses_a_winner_gets_an_expectation(
    root: Path, source: str, score: str, option: dict[str, int]
) -> None:
    create_session(root, "other", DataChoice(source=source, score=score))
    bench = Workbench(SessionFolder(root / "other"))
    bench.history.sweeps.add(lambda number: replace(sweep_over(bench, RATES, 8, **option), number=number))
    conduct(bench)
    outcome = bench.history.sweep(1).outcome
    assert outcome is not None
    assert outcome.value is not None
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.low < outcome.value < outcome.high
    assert abs(outcome.value - outcome.promised) < outcome.high - outcome.low


def test_a_score_that_the_rows_do_not_define_is_not_expected(root: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "rare.npz", X=rng.standard_normal((60, 2)), y=(np.arange(60) == 3).astype(int))
    create_session(root, "rare", DataChoice(source=str(tmp_path / "rare.npz"), score="roc_auc"))
    bench = Workbench(SessionFolder(root / "rare"))
    bench.history.sweeps.add(lambda number: replace(sweep_over(bench, RATES, 8), number=number))
    conduct(bench)
    outcome = bench.history.sweep(1).outcome
    assert outcome is not None
    assert (outcome.value, outcome.sense.split(":")[0]) == (None, "roc_auc is not defined on these rows")
    trials = trials_of(bench, bench.history.sweep(1))
    assert outcome.winner == best_first(each for each in trials if each.confirmed)[0].number


def test_trials_that_all_have_the_same_score_lead_by_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / "apart.csv").write_text("x,y\n" + "3,yes\n-3,no\n" * 40)
    create_session(root, "apart", DataChoice(source=str(tmp_path / "apart.csv"), target="y"))
    bench = Workbench(SessionFolder(root / "apart"))
    sweep = sweep_over(bench, {"learning_rate": "0.1|0.2|0.3", "epochs": "30"}, None, sampler=Sampler.GRID)
    bench.history.sweeps.add(lambda number: replace(sweep, number=number))
    conduct(bench)
    outcome = bench.history.sweep(1).outcome
    assert outcome is not None
    assert (outcome.promised, outcome.luck, outcome.equal) == (1.0, None, 0)
    assert sense_now(outcome, 9).startswith("Nothing but ties: no trial's accuracy is above another's")


def test_a_budget_of_epochs_is_kept(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, None, sampler=Sampler.TPE, budget=Budget(epochs=60)))
    spent = sum(fit.epochs for each in trials_of(bench, sweep) for fit in each.fits)
    assert 48 <= spent <= 60
    assert any(each.fresh for each in trials_of(bench, sweep))


@pytest.mark.parametrize("sampler", [Sampler.TPE, Sampler.RANDOM])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("trainings", [5, 14, 25])
def test_a_budget_of_epochs_is_kept_by_many_at_once(sampler, workers, trainings, bench, desk) -> None:
    bench.history.set_setting("workers", workers)
    sweep = play(bench, desk, sweep_over(bench, RATES, None, sampler=sampler, budget=Budget(epochs=2 * trainings)))
    trials = trials_of(bench, sweep)
    spent = sum(fit.epochs for each in trials for fit in each.fits)
    assert 2 * (trainings - 1) <= spent <= 2 * trainings
    confirmed = [each for each in trials if each.fresh]
    assert len(confirmed) <= 5
    assert confirmed or trainings == 5


def test_a_budget_of_epochs_counts_the_longest_training_there_may_be(bench: Workbench, desk: SweepDesk) -> None:
    vary = {**RATES, "epochs": "1|6"}
    sweep = play(bench, desk, sweep_over(bench, vary, None, sampler=Sampler.RANDOM, budget=Budget(epochs=60)))
    assert sum(fit.epochs for each in trials_of(bench, sweep) for fit in each.fits) <= 60


def test_a_sweep_goes_on_where_a_killed_conductor_left_it(bench: Workbench, desk: SweepDesk) -> None:
    """Rounds of a steward that is thrown away after each give what one that lives through gives."""
    whole = play(bench, desk, sweep_over(bench, RATES, 20, sampler=Sampler.TPE))
    number = desk.launch(sweep_over(bench, RATES, 20, sampler=Sampler.TPE))
    for _ in range(40):
        history = History.open(bench.folder)
        SweepSteward(history).adopt()
        SweepSteward(history).step()
        history.close()
        one_round(bench)
        if bench.history.sweep(number).state.is_over:
            break
    pieces = bench.history.sweep(number)
    assert pieces.state is State.FINISHED
    assert rates_of(bench, pieces) == rates_of(bench, whole)
    assert pieces.outcome is not None
    assert whole.outcome is not None
    assert pieces.outcome.promised == whole.outcome.promised


def one_round(bench: Workbench) -> None:
    """Train whatever is queued."""
    from sessions.background.steward import Steward

    history = History.open(bench.folder)
    steward = Steward(history, InProcessLauncher(bench.folder))
    while steward.step(0.0):
        continue
    history.close()


def test_trials_are_added_to_a_finished_sweep_and_a_range_is_widened(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, {"learning_rate": "0.0001..0.0002:3"}, 3, sampler=Sampler.GRID))
    before = rates_of(bench, sweep)
    assert any("edge" in each for each in desk.look(sweep.number).warnings)
    assert desk.widen(sweep.number, "learning_rate") == "log:0.0001..0.002:4"
    desk.add_trials(sweep.number, 8)
    conduct(bench)
    after = rates_of(bench, sweep)
    assert after[: len(before)] == before
    assert max(after) > 0.0002
    enlarged = bench.history.sweep(sweep.number)
    assert sum(len(each.fits) for each in trials_of(bench, sweep)) <= (enlarged.budget.trials or 0)
    assert bench.history.sweep(sweep.number).state is State.FINISHED


def test_trials_cannot_be_added_to_a_sweep_whose_epochs_are_spent(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, None, budget=Budget(trials=30, epochs=20)))
    with pytest.raises(UsageError, match="spent its epochs or minutes"):
        desk.add_trials(sweep.number, 5)
    assert bench.history.sweep(sweep.number) == sweep


def test_a_range_is_widened_on_the_side_of_its_best_value_wherever_it_lies(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, {"learning_rate": "0.0001|0.0002|0.0003"}, None, sampler=Sampler.GRID))
    with pytest.raises(UsageError, match="does not vary"):
        desk.widen(sweep.number, "l2")
    inside = play(bench, desk, sweep_over(bench, {"learning_rate": "0.00001..0.0001"}, 1, sampler=Sampler.RANDOM))
    [rate] = rates_of(bench, inside)
    assert not inside.space["learning_rate"].is_at_edge(rate)
    wider = {False: "log:1e-06..0.0001", True: "log:1e-05..0.001"}[rate > 10**-4.5]
    assert desk.widen(inside.number, "learning_rate") == wider


def test_stopping_keeps_what_there_is_and_resuming_goes_on(bench: Workbench, desk: SweepDesk) -> None:
    number = desk.launch(sweep_over(bench, RATES, 8, sampler=Sampler.RANDOM))
    history = History.open(bench.folder)
    history.refresh()
    SweepSteward(history).step()
    history.close()
    desk.stop(number)
    conduct(bench)
    stopped = bench.history.sweep(number)
    assert stopped.state is State.STOPPED
    assert {each.state for each in trials_of(bench, stopped)} == {State.STOPPED}
    desk.resume(number)
    conduct(bench)
    assert bench.history.sweep(number).state is State.FINISHED
    assert {each.state for each in trials_of(bench, stopped)} == {State.FINISHED}


def test_a_paused_sweep_proposes_nothing(bench: Workbench, desk: SweepDesk) -> None:
    number = desk.launch(sweep_over(bench, RATES, 8))
    desk.pause(number)
    conduct(bench)
    assert trials_of(bench, bench.history.sweep(number)) == ()
    desk.resume(number)
    conduct(bench)
    assert bench.history.sweep(number).state is State.FINISHED


def test_failed_trials_are_run_again_by_retry(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, 4, sampler=Sampler.RANDOM, is_confirming=False))
    first = trials_of(bench, sweep)[0]
    broken = replace(first.fits[0], state=State.FAILED)
    bench.history.change(first.number, lambda each: replace(each, state=State.FAILED, fits=(broken,), best=None))
    assert any("--retry" in each for each in desk.look(sweep.number).warnings)
    assert desk.retry(sweep.number) == 1
    conduct(bench)
    assert trials_of(bench, sweep)[0].state is State.FINISHED
    assert bench.history.sweep(sweep.number).state is State.FINISHED
    assert desk.retry(sweep.number) == 0
    assert bench.history.sweep(sweep.number).state is State.FINISHED


def test_pruned_trials_do_not_compete(bench: Workbench, desk: SweepDesk) -> None:
    sweep = play(bench, desk, sweep_over(bench, RATES, 6, sampler=Sampler.QMC, is_confirming=False))
    best = desk.look(sweep.number).best
    assert best is not None
    bench.history.change(best.number, lambda each: replace(each, state=State.PRUNED))
    bench.history.refresh()
    other = desk.look(sweep.number).best
    assert other is not None
    assert other.number != best.number


def test_all_points_of_a_conditional_space_lie_in_it(bench: Workbench, desk: SweepDesk) -> None:
    vary = {"optimizer": "sgd|momentum", "momentum": "0.5..0.95", "units_per_layer": "2..6"}
    sweep = play(bench, desk, sweep_over(bench, vary, 16))
    names = {tuple(point_of(sweep.space, each.hyperparameters).to_mapping()) for each in trials_of(bench, sweep)}
    assert names <= {("optimizer", "units_per_layer"), ("optimizer", "momentum", "units_per_layer")}
    assert all(each.best and isfinite(each.best.validation_cost) for each in trials_of(bench, sweep))


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as caught:
        act()
    return str(caught.value)


def test_what_cannot_be_searched_is_refused_in_a_sentence(bench: Workbench, desk: SweepDesk) -> None:
    huge = dict.fromkeys(("momentum", "dropout", "learning_rate"), "0.1..0.9:100") | {"l2": "log:0.001..1:100"}
    assert "configurations" in refused(lambda: sweep_over(bench, huge, None, sampler=Sampler.GRID))
    choices = {"optimizer": "sgd|adam"}
    assert "intervals" in refused(lambda: sweep_over(bench, choices, 5, sampler=Sampler.CMAES))
    assert "folds" in refused(lambda: desk.launch(sweep_over(bench, RATES, 5, folds=60)))
    assert "range" in refused(lambda: sweep_over(bench, {}, 5))


def test_a_session_without_validation_rows_needs_folds(root: Path) -> None:
    create_session(root, "bare", DataChoice(source="iris", split=(1.0, 0.0, 0.0)))
    bare = Workbench(SessionFolder(root / "bare"))
    assert "--folds" in refused(lambda: sweep_over(bare, RATES, 5))


def test_the_pruner_asks_hopeless_trials_to_leave(bench: Workbench, desk: SweepDesk) -> None:
    from sessions.fits.control import ControlFile, Request
    from sessions.paths import FitKey
    from sessions.search.watching import PruningEye

    rates = {"learning_rate": "0.1|0.09|0.08|0.07|0.06|0.000001"}
    sweep = play(bench, desk, sweep_over(bench, rates, None, sampler=Sampler.GRID, is_confirming=False))
    judged = replace(sweep, pruner=Pruner.MEDIAN)
    trials = [
        replace(each, state=State.RUNNING, hyperparameters=each.hyperparameters.replace(epochs=3))
        if each.hyperparameters.learning_rate < 0.01
        else each
        for each in trials_of(bench, sweep)
    ]
    PruningEye(bench.history).look(judged, trials)
    asked = [ControlFile(bench.folder.fit(FitKey(each.number, 1))).read() is not None for each in trials]
    assert asked == [each.hyperparameters.learning_rate < 0.01 for each in trials]
    last = ControlFile(bench.folder.fit(FitKey(trials[-1].number, 1))).read()
    assert last is not None
    assert last.request is Request.PRUNE


def test_a_running_trial_that_a_person_changed_is_left_to_them(bench: Workbench, desk: SweepDesk) -> None:
    from sessions.fits.control import ControlFile
    from sessions.paths import FitKey
    from sessions.search.watching import PruningEye

    rates = {"learning_rate": "0.1|0.09|0.08|0.07|0.06|0.000001"}
    sweep = play(bench, desk, sweep_over(bench, rates, None, sampler=Sampler.GRID, is_confirming=False))
    change = Change("l2", 0.0, 0.1, datetime(2026, 1, 1, tzinfo=UTC))
    trials = [replace(each, state=State.RUNNING, changes=(change,)) for each in trials_of(bench, sweep)]
    PruningEye(bench.history).look(replace(sweep, pruner=Pruner.MEDIAN), trials)
    assert all(ControlFile(bench.folder.fit(FitKey(each.number, 1))).read() is None for each in trials)


def test_trials_that_are_added_cost_no_more_than_they_say(bench: Workbench, desk: SweepDesk) -> None:
    """The first finalists have had their fresh seeds: what they cost is not given out again."""
    sweep = play(bench, desk, sweep_over(bench, RATES, 16, sampler=Sampler.QMC))
    desk.add_trials(sweep.number, 16)
    conduct(bench)
    trials = trials_of(bench, sweep)
    assert sum(len(each.fits) for each in trials) <= 32
    assert len(bench.history.sweep(sweep.number).finalists) >= 1


@pytest.mark.parametrize(
    ("state", "minutes", "fresh", "words"),
    [
        (State.STOPPED, None, State.STOPPED, "the sweep was stopped before fresh seeds had finished"),
        (State.RUNNING, 2.5, State.STOPPED, "the 2.5 minutes were over before fresh seeds had finished"),
        (State.RUNNING, 2.5, None, "the 2.5 minutes left too little"),
        (State.RUNNING, None, State.STOPPED, "trainings with fresh seeds were stopped"),
        (State.RUNNING, None, State.FAILED, "trainings with fresh seeds failed"),
        (State.RUNNING, None, State.FINISHED, "fresh seeds diverged"),
    ],
)
def test_why_nothing_was_confirmed_is_told(
    bench: Workbench, state: State, minutes: float | None, fresh: State | None, words: str
) -> None:
    sweep = replace(sweep_over(bench, RATES), state=state, budget=Budget(trials=8, minutes=minutes))
    trial = draft(BASE)
    if fresh is not None:
        again = with_fresh_fits(trial, sweep, 2)
        trial = replace(again, fits=(again.fits[0], *(replace(each, state=fresh) for each in again.fits[1:])))
    assert words in why_unconfirmed(sweep, [trial])


SHAPES = {"learning_rate": "0.01|0.03|0.1|0.3", "activation": "relu|tanh"}


def test_a_grid_that_the_budget_cuts_off_is_tried_in_random_order_and_whole_in_the_end(
    bench: Workbench, desk: SweepDesk
) -> None:
    draft = sweep_over(bench, SHAPES, 4, sampler=Sampler.GRID, is_confirming=False, seed=1)
    shown = desk.preview(draft)
    assert "The budget covers 4 of 8 grid points, in random order." in shown.notes
    ordered = [draft.space.to_hyperparameters(each) for each in draft.space.grid()]
    assert list(shown.configurations) != ordered[:4]
    sweep, again = play(bench, desk, draft), play(bench, desk, draft)
    assert tuple(each.hyperparameters for each in trials_of(bench, sweep)) == shown.configurations
    assert rates_of(bench, sweep) == rates_of(bench, again)
    for more in (2, 2):
        desk.add_trials(sweep.number, more)
        conduct(bench)
    tried = [each.hyperparameters for each in trials_of(bench, sweep)]
    assert len(tried) == 8
    assert set(tried) == set(ordered)


def test_a_grid_that_is_covered_keeps_its_order(bench: Workbench, desk: SweepDesk) -> None:
    draft = sweep_over(bench, SHAPES, 8, sampler=Sampler.GRID, is_confirming=False)
    shown = desk.preview(draft)
    assert shown.notes == ()
    assert list(shown.configurations) == [draft.space.to_hyperparameters(each) for each in draft.space.grid()]


@pytest.mark.parametrize(("budget", "is_cut"), [(Budget(epochs=15), True), (Budget(epochs=16), False)])
def test_a_budget_of_epochs_says_whether_it_may_end_a_grid(
    bench: Workbench, desk: SweepDesk, budget: Budget, is_cut: bool
) -> None:
    draft = sweep_over(bench, SHAPES, None, sampler=Sampler.GRID, is_confirming=False, budget=budget)
    said = "The budget may end before all 8 grid points are tried: they come in random order."
    assert (said in desk.preview(draft).notes) is is_cut


def test_a_training_longer_than_the_budget_of_epochs_is_told_before(bench: Workbench, desk: SweepDesk) -> None:
    short = sweep_over(bench, RATES, None, sampler=Sampler.RANDOM, budget=Budget(epochs=3), repeats=2)
    [note] = desk.preview(short).notes
    assert note == "One trial takes 4 epochs, more than the whole budget of 3: one is trained all the same."
    assert desk.preview(replace(short, budget=Budget(epochs=4))).notes == ()


@pytest.mark.parametrize("sampler", [Sampler.GRID, Sampler.RANDOM])
def test_nothing_is_added_to_a_sweep_that_has_tried_everything(
    bench: Workbench, desk: SweepDesk, sampler: Sampler
) -> None:
    vary = {"learning_rate": "0.01|0.03|0.1"}
    sweep = play(bench, desk, sweep_over(bench, vary, 9, sampler=sampler, folds=3))
    before = trials_of(bench, sweep)
    with pytest.raises(UsageError, match="has tried all configurations of its space and nothing is added"):
        desk.add_trials(sweep.number, 5)
    assert (bench.history.sweep(sweep.number), trials_of(bench, sweep)) == (sweep, before)


def test_trials_added_beyond_what_is_left_to_try_confirm_no_more_than_their_share(
    bench: Workbench, desk: SweepDesk
) -> None:
    vary = {"learning_rate": "0.01|0.03|0.1|0.3|0.2|0.02|0.15"}
    sweep = play(bench, desk, sweep_over(bench, vary, 8, sampler=Sampler.GRID))
    assert len(trials_of(bench, sweep)) == 6
    desk.add_trials(sweep.number, 20)
    conduct(bench)
    trials = trials_of(bench, sweep)
    assert len(trials) == 7
    assert sum(each.fresh for each in trials) <= 28 // 4
