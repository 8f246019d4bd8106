"""What a person asks of experiments that wait or train: order, hold, workers, other values, notes."""

import os
import signal
from pathlib import Path

import pytest
from tests_support import children_of, conductor_pid, end_conductor, wait_until

from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.fits.changes import ChangeFiles
from sessions.fits.fit_arrays import read_fit_curve
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.paths import FitKey, SessionFolder
from sessions.records import State
from sessions.requests import hold, queue, release, start_first
from sessions.search.planning import draft_sweep
from sessions.workbench import Workbench

LONG = Hyperparameters(epochs=100_000, hidden_units=(16,))


@pytest.fixture
def bench(root: Path) -> Workbench:
    create_session(root, "iris", DataChoice(source="iris"))
    return Workbench(SessionFolder(root / "iris"))


@pytest.fixture
def history(bench: Workbench) -> History:
    """A session with five experiments that nobody trains."""
    bench.history.add([draft(Hyperparameters(seed=seed)) for seed in range(5)])
    return bench.history


def order(history: History) -> list[int]:
    return [each.number for each in queue(history)]


def fit_folder(bench: Workbench, number: int, fit: int = 1) -> FitFolder:
    return FitFolder(bench.folder.fit(FitKey(number, fit)))


def trains(bench: Workbench, number: int) -> bool:
    return len(bench.look(number)[1][0]) > 3


def state(bench: Workbench, number: int) -> State:
    return bench.experiment(number).state


def test_some_can_be_started_first_and_others_held(history: History) -> None:
    assert order(history) == [1, 2, 3, 4, 5]
    start_first(history, [4, 2])
    assert order(history) == [4, 2, 1, 3, 5]
    start_first(history, [5])
    hold(history, [4])
    assert order(history) == [5, 2, 1, 3, 4]
    release(history, [4])
    assert order(history) == [5, 4, 2, 1, 3]


def test_what_does_not_wait_cannot_be_rearranged_and_nothing_is_changed(history: History, bench: Workbench) -> None:
    bench.stop([2])
    with pytest.raises(UsageError, match="#2 is stopped, not queued"):
        start_first(history, [1, 2])
    with pytest.raises(UsageError, match="#1 is not held"):
        release(history, [1])
    assert order(history) == [1, 3, 4, 5]
    assert all(each.priority == 0 for each in history.experiments())


def test_the_conductor_takes_the_first_first_and_leaves_the_held_alone(bench: Workbench) -> None:
    bench.set_workers(1)
    running = bench.run(LONG)
    wait_until(lambda: trains(bench, running))
    # Of different shapes, so that no two are trained together.
    shapes = [bench.run(Hyperparameters(epochs=3, hidden_units=(units,))) for units in (5, 20, 40)]
    bench.start_first([shapes[2]])
    bench.hold([shapes[0]])
    bench.stop([running])
    wait_until(lambda: state(bench, shapes[1]) is State.FINISHED)
    assert [state(bench, number) for number in shapes] == [State.QUEUED, State.FINISHED, State.FINISHED]
    began = {each: (fit_folder(bench, each).path / "spec.json").stat().st_mtime_ns for each in shapes[1:]}
    assert began[shapes[2]] < began[shapes[1]]
    bench.release([shapes[0]])
    wait_until(lambda: state(bench, shapes[0]) is State.FINISHED)


def test_more_workers_take_up_what_waits(bench: Workbench) -> None:
    bench.set_workers(1)
    first, second = (bench.run(LONG.replace(hidden_units=(units,))) for units in (16, 17))
    wait_until(lambda: trains(bench, first))
    assert state(bench, second) is State.QUEUED
    bench.set_workers(2)
    wait_until(lambda: trains(bench, second))
    with pytest.raises(UsageError, match="0 workers"):
        bench.set_workers(0)
    bench.stop([first, second])


def test_what_a_person_resumes_goes_on_though_all_workers_are_busy(bench: Workbench) -> None:
    bench.set_workers(1)
    first = bench.run(LONG)
    wait_until(lambda: trains(bench, first))
    bench.pause([first])
    wait_until(lambda: state(bench, first) is State.PAUSED)
    second = bench.run(LONG.replace(hidden_units=(17,)))
    wait_until(lambda: trains(bench, second))
    bench.resume([first])
    wait_until(lambda: state(bench, first) is State.RUNNING)
    assert state(bench, second) is State.RUNNING
    bench.stop([first, second])


def test_repeats_that_were_paused_at_different_updates_all_go_on(bench: Workbench) -> None:
    number = bench.run(LONG, repeats=3)
    wait_until(lambda: all(fit_folder(bench, number, fit).curve_path.exists() for fit in (1, 2, 3)))
    wait_until(lambda: trains(bench, number))
    bench.pause([number])
    wait_until(lambda: state(bench, number) is State.PAUSED)
    bench.resume([number])
    wait_until(lambda: state(bench, number) is State.RUNNING)
    bench.stop([number])
    wait_until(lambda: state(bench, number) is State.STOPPED)
    assert [fit.state for fit in bench.experiment(number).fits] == [State.STOPPED] * 3


def test_a_running_fit_takes_other_values_over_and_a_replay_finds_the_same_curve(bench: Workbench) -> None:
    number = bench.run(Hyperparameters(epochs=3000, hidden_units=(16,)))
    wait_until(lambda: trains(bench, number))
    bench.change(number, {"learning_rate": 0.001, "dropout": 0.25})
    wait_until(lambda: len(bench.events(number)) == 2)
    bench.change(number, {"l2": 0.01})
    wait_until(lambda: state(bench, number) is State.FINISHED)
    experiment = bench.experiment(number)
    assert experiment.hyperparameters.learning_rate == 0.01
    assert experiment.hyperparameters_now.learning_rate == 0.001
    assert [each.name for each in experiment.changes] == ["learning_rate", "dropout", "l2"]
    events = [event for _, event in bench.events(number)]
    assert [(each.name, each.before, each.after) for each in events][-1] == ("l2", 0.0, 0.01)
    curve = read_fit_curve(fit_folder(bench, number))
    assert curve.learning_rate[-1] == 0.001
    assert bench.verify(number) == (False, f"Fit 1 of #{number} is identical in all 3001 points.")


def test_a_change_survives_the_death_of_its_worker_at_the_very_update(bench: Workbench) -> None:
    number = bench.run(Hyperparameters(epochs=3000, hidden_units=(16,), dropout=0.1))
    wait_until(lambda: trains(bench, number))
    bench.change(number, {"momentum": 0.5, "dropout": 0.3})
    wait_until(lambda: len(bench.events(number)) == 2)
    # No checkpoint stands yet: the fit begins anew and makes the change again.
    for server in children_of(conductor_pid(bench.folder.path)):
        for pid in children_of(server):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: state(bench, number) is State.FINISHED)
    assert len(bench.events(number)) == 2
    assert bench.verify(number)[0] is False


def test_a_paused_fit_takes_a_change_over_when_it_goes_on(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: trains(bench, number))
    bench.pause([number])
    wait_until(lambda: state(bench, number) is State.PAUSED)
    bench.change(number, {"learning_rate": 0.5})
    assert bench.events(number) == []
    bench.resume([number])
    wait_until(lambda: bench.events(number))
    bench.stop([number])
    wait_until(lambda: state(bench, number) is State.STOPPED)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"batch_size": 8}, "batch_size is 32 for the whole training"),
        ({"hidden_units": (3,)}, "hidden_units is 16 for the whole training"),
        ({"seed": 5}, "seed is 0 for the whole training"),
        ({"beta1": 0.5}, "beta1 has no effect"),
        ({"learning_rate": 0.01}, "learning_rate is 0.01 already"),
        ({"momentum": 2.0}, "momentum"),
    ],
)
def test_what_cannot_change_in_training_is_refused_in_a_sentence(
    history: History, values: dict[str, float], sentence: str
) -> None:
    number = history.add([draft(LONG)])[0].number
    history.folder.fit(FitKey(number, 1)).mkdir(parents=True)
    from sessions.requests import change

    with pytest.raises(HyperparameterError, match=sentence):
        change(history, number, values)
    assert history.experiment(number).changes == ()
    assert ChangeFiles(history.folder.fit(FitKey(number, 1))).requests() == []


def test_what_has_not_begun_or_is_over_is_not_changed(bench: Workbench, history: History) -> None:
    with pytest.raises(UsageError, match="#1 has not begun"):
        bench.change(1, {"l2": 0.1})
    bench.stop([1])
    with pytest.raises(UsageError, match="#1 is stopped"):
        bench.change(1, {"l2": 0.1})


def test_torn_lines_of_the_event_files_are_passed_over(tmp_path: Path) -> None:
    files = ChangeFiles(tmp_path)
    files.ask({"l2": 0.1})
    with (tmp_path / "changes").open("a") as file:
        file.write('{"request": 2, "val')
    files.ask({"l2": 0.2})
    assert [(each.number, each.values["l2"]) for each in files.requests()] == [(1, 0.1), (2, 0.2)]


def test_a_note_that_replaces_another_keeps_it_in_the_history(bench: Workbench, history: History) -> None:
    other = Workbench(bench.folder)
    bench.note(1, conclusion="α is too large")
    other.note(1, conclusion="it diverges", tags=["bad"])
    bench.note(1, conclusion="it diverges")
    experiment = bench.experiment(1)
    assert (experiment.conclusion, experiment.tags) == ("it diverges", ("bad",))
    [earlier] = experiment.earlier
    assert (earlier.field, earlier.text) == ("conclusion", "α is too large")
    assert f"/{os.getpid()}" in earlier.by


def test_a_conductor_that_is_told_to_end_leaves_its_fits_paused_with_a_checkpoint(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: trains(bench, number))
    end_conductor(bench.folder.path)
    assert state(bench, number) is State.PAUSED
    assert fit_folder(bench, number).has_checkpoint()
    assert not fit_folder(bench, number).is_being_trained()


def test_what_has_no_effect_in_the_task_of_a_session_is_neither_trained_with_nor_varied(root: Path) -> None:
    create_session(root, "sine", DataChoice(source="sine"))
    bench = Workbench(SessionFolder(root / "sine"))
    balanced = Hyperparameters(class_weight="balanced")
    varied = Space.from_text({"class_weight": "none|balanced", "l2": "0.1|1"}, Hyperparameters())
    [waiting] = bench.history.add([draft(Hyperparameters())])
    FitFolder(bench.folder.fit(FitKey(waiting.number, 1))).path.mkdir(parents=True)
    for ask in (
        lambda: bench.run(balanced),
        lambda: bench.range_test(balanced),
        lambda: draft_sweep(varied, bench.info),
        lambda: draft_sweep(Space.from_text({"l2": "0.1|1"}, balanced), bench.info),
        lambda: bench.change(waiting.number, {"class_weight": "balanced"}),
    ):
        with pytest.raises(HyperparameterError, match="class_weight has an effect in binary or multiclass"):
            ask()
    assert len(bench.poll().experiments) == 1


def test_what_an_older_version_took_without_effect_can_be_set_back_to_its_default(root: Path) -> None:
    create_session(root, "sine", DataChoice(source="sine"))
    bench = Workbench(SessionFolder(root / "sine"))
    [old] = bench.history.add([draft(Hyperparameters(class_weight="balanced"))])
    FitFolder(bench.folder.fit(FitKey(old.number, 1))).path.mkdir(parents=True)
    assert bench.change(old.number, {"class_weight": "none"}).hyperparameters_now.class_weight == "none"


def test_what_has_an_effect_in_the_task_of_a_session_is_taken(bench: Workbench) -> None:
    varied = Space.from_text({"class_weight": "none|balanced"}, Hyperparameters())
    assert draft_sweep(varied, bench.info).space == varied
