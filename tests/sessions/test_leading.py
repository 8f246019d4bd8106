"""Who leads a session, and that the session's own score decides it everywhere."""

from dataclasses import replace
from datetime import UTC, datetime
from math import nan
from pathlib import Path

import pytest

from engine.hyperparameters import Hyperparameters
from engine.records import Progress
from engine.search.pruning import Pruner
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.fits.control import ControlFile, Request
from sessions.fits.curve import CurveWriter
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.leading import best_first, lead_key, leader
from sessions.milestones import milestones
from sessions.paths import FitKey, SessionFolder
from sessions.records import Best, Experiment, State
from sessions.search.confirming import choose_finalists
from sessions.search.planning import draft_sweep
from sessions.search.points import told_of
from sessions.search.records import Budget, Sampler, Sweep
from sessions.search.standing import stand
from sessions.search.watching import PruningEye

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def experiment(number: int, score: float, cost: float, **fields: object) -> Experiment:
    made = replace(draft(Hyperparameters(seed=number)), number=number, best=Best(3, cost, score))
    over = tuple(
        replace(each, state=State.FINISHED, validation_score=score, validation_cost=cost) for each in made.fits
    )
    return replace(made, **{"state": State.FINISHED, "fits": over, **fields})  # type: ignore[arg-type]


def number_of(found: Experiment | None) -> int | None:
    return None if found is None else found.number


def test_the_best_score_leads_and_the_cost_decides_between_equal_scores() -> None:
    several = [experiment(1, 0.8, 0.1), experiment(2, 0.9, 0.7), experiment(3, 0.9, 0.5), experiment(4, 0.9, 0.5)]
    assert number_of(leader(several)) == number_of(leader(several[::-1])) == 3
    assert [each.number for each in best_first(several)] == [3, 4, 2, 1]


def test_the_order_by_score_begins_with_the_leader() -> None:
    single, pruned, none = (
        experiment(1, 0.99, 0.1),
        experiment(2, 0.999, 0.1, state=State.PRUNED),
        experiment(3, 0.9, nan),
    )
    sure = experiment(4, 0.8, 0.4, sweep=1)
    sure = replace(sure, fits=sure.fits * 3, fresh=2, confirmed=Best(3, 0.5, 0.7))
    several = [none, pruned, single, sure]
    assert [each.number for each in best_first(several)] == [4, 1, 2, 3]
    assert number_of(leader(several)) == 4


def test_what_is_not_over_pruned_failed_or_without_a_cost_does_not_lead() -> None:
    out = [experiment(place, 0.99, 0.1, state=state) for place, state in enumerate(State, 1)]
    counted = [each.state for each in out if lead_key(each) is not None]
    assert counted == [State.FINISHED, State.STOPPED]
    assert leader([experiment(1, 0.9, nan), replace(experiment(2, 0.9, 0.1), best=None)]) is None


def test_a_single_training_does_not_lead_where_another_is_sure() -> None:
    single, other = experiment(1, 0.99, 0.1), experiment(2, 0.8, 0.4)
    sure = replace(other, fits=other.fits * 3, fresh=2, confirmed=Best(3, 0.5, 0.7), sweep=1)
    repeated = replace(other, number=3, fits=other.fits * 3, best=Best(3, 0.5, 0.6))
    assert number_of(leader([single, other])) == 1
    assert number_of(leader([single, sure])) == number_of(leader([sure, single, repeated])) == 2
    assert number_of(leader([single, repeated])) == 3
    assert number_of(leader([single, replace(repeated, sweep=1)])) == 1
    assert number_of(leader([single, replace(sure, confirmed=Best(3, nan, nan))])) == 1


def test_a_trial_keeps_its_place_while_fresh_seeds_train() -> None:
    first = experiment(1, 0.9, 0.1, sweep=1)
    again = replace(first, state=State.RUNNING, fits=(*first.fits, replace(first.fits[0], state=State.QUEUED)), fresh=1)
    assert number_of(leader([again, experiment(2, 0.8, 0.1)])) == 1


def test_the_last_milestone_is_the_leader() -> None:
    several = [experiment(1, 0.7, 0.1), experiment(2, 0.6, 0.01), experiment(3, 0.8, 0.9), experiment(4, 0.8, 0.9)]
    assert [each.experiment.number for each in milestones(several)] == [1, 3]
    sure = replace(several[1], fits=several[1].fits * 3, fresh=2, confirmed=Best(3, 0.2, 0.75), sweep=1)
    found = milestones([several[0], sure, *several[2:]])
    assert [each.experiment.number for each in found] == [1, 2]
    assert found[-1].best == sure.confirmed


@pytest.fixture
def unequal(root: Path) -> tuple[History, Sweep]:
    """A finished sweep of a session that asked for F1."""
    create_session(root, "wine", DataChoice(source="wine", score="f1"))
    history = History.open(SessionFolder(root / "wine"))
    space = Space.from_text({"learning_rate": "0.001..0.3"}, Hyperparameters(epochs=3, hidden_units=(6,)))
    sweep = draft_sweep(space, history.info, sampler=Sampler.QMC, budget=Budget(trials=9))
    history.sweeps.add(lambda number: replace(sweep, number=number))
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)
    return history, history.sweep(1)


def with_figures(history: History, number: int, score: float, cost: float) -> None:
    """As if a trial's first training had come out so."""

    def change(each: Experiment) -> Experiment:
        fits = (replace(each.fits[0], validation_score=score, validation_cost=cost), *each.fits[1:])
        return replace(each, best=Best(1, cost, score), fits=fits)

    history.change(number, change)


def test_the_score_that_was_asked_for_chooses_finalists_leader_and_winner_against_the_cost(
    unequal: tuple[History, Sweep],
) -> None:
    history, sweep = unequal
    trials = history.trials(1)
    assert sweep.outcome is not None
    confirmed = [each for each in trials if each.confirmed]
    best = max(confirmed, key=lambda each: each.confirmed.validation_score if each.confirmed else 0.0)
    assert history.info.score_name == "f1"
    assert sweep.outcome.winner == number_of(leader(trials)) == best.number
    assert best.best is not None
    scores = [fit.scores["f1"] for fit in best.fits[-best.fresh :]]
    assert sweep.outcome.promised == pytest.approx(sum(scores) / len(scores))

    costly = next(each.number for each in trials if not each.confirmed)
    with_figures(history, costly, 0.999, 50.0)
    for each in trials:
        if each.number != costly:
            with_figures(history, each.number, 0.3, 0.001)
    history.refresh()
    trials = history.trials(1)
    alone = [replace(each, confirmed=None, fresh=0, fits=each.fits[:1]) for each in trials]
    assert stand(sweep, alone, NOW).leaders[0].trial == costly
    assert number_of(leader(alone)) == costly
    assert choose_finalists(sweep, alone, NOW).finalists[0] == costly
    told = {each.number: told.cost for each, told in zip(trials, told_of(sweep.space, trials), strict=True)}
    assert min(told, key=lambda number: told[number] or 0.0) == costly
    history.close()


def with_curve(history: History, trial: Experiment, score: float, cost: float) -> None:
    """As if every epoch of a trial's training had come out so."""
    folder = FitFolder(history.folder.fit(FitKey(trial.number, 1)))
    folder.curve_path.unlink()
    writer = CurveWriter(folder.curve_path, len(trial.hyperparameters.hidden_units) + 1)
    for epoch in range(3):
        writer.append(Progress(epoch, epoch, cost, cost, score, score, 0.1, 1.0), 0.1 * epoch)
    writer.close()


def test_the_pruner_goes_by_the_score_that_was_asked_for(unequal: tuple[History, Sweep]) -> None:
    history, sweep = unequal
    trials = [replace(each, fits=each.fits[:1]) for each in history.trials(1)]
    for place, each in enumerate(trials):
        with_curve(history, each, 0.1 * place, 0.1 * place)
    running = [replace(each, state=State.RUNNING) if each.number in (1, 7) else each for each in trials]
    PruningEye(history).look(replace(sweep, pruner=Pruner.MEDIAN), running)
    asked = [ControlFile(history.folder.fit(FitKey(number, 1))).read() for number in (1, 7)]
    assert asked[0] is not None
    assert asked[0].request is Request.PRUNE
    assert asked[1] is None
    history.close()
