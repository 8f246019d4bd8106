"""The background, with real processes that are really killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests_support import children_of, conductor_pid, wait_until

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.fits.curve import CurveFollower
from sessions.fits.fit_arrays import read_arrays, read_fit_curve
from sessions.fits.fit_folder import FitFolder
from sessions.liveness import LifeLock, is_held
from sessions.paths import FitKey, SessionFolder
from sessions.records import Curve, State
from sessions.workbench import Workbench

LONG = Hyperparameters(epochs=100_000, hidden_units=(16,))


@pytest.fixture
def bench(root: Path) -> Workbench:
    create_session(root, "iris", DataChoice(source="iris"))
    return Workbench(SessionFolder(root / "iris"))


def state(bench: Workbench, number: int) -> State:
    return bench.experiment(number).state


def trains(bench: Workbench, number: int) -> bool:
    return len(bench.look(number)[1][0]) > 3


def columns(curve: Curve) -> list[str]:
    return [repr(each) for each in (curve.train_cost, curve.validation_cost, curve.gradient_norm, curve.train_score)]


def worker_pids(bench: Workbench) -> list[int]:
    forkservers = children_of(conductor_pid(bench.folder.path))
    return [pid for server in forkservers for pid in children_of(server)]


def test_an_experiment_goes_from_queued_to_finished_with_all_its_figures(bench: Workbench) -> None:
    number = bench.run(Hyperparameters(epochs=5), idea="first")
    assert state(bench, number) in (State.QUEUED, State.RUNNING, State.FINISHED)
    wait_until(lambda: state(bench, number) is State.FINISHED)
    experiment, [curve] = bench.look(number)
    assert curve.epoch == [0, 1, 2, 3, 4, 5]
    assert experiment.best is not None
    assert experiment.best.validation_cost == min(curve.validation_cost)
    assert experiment.idea == "first"
    assert experiment.n_parameters == 4 * 64 + 64 + 64 * 64 + 64 + 64 * 3 + 3
    assert experiment.verdict is not None
    best = read_arrays(FitFolder(bench.folder.fit(FitKey(number, 1))), "best")
    assert best is not None
    assert best["W1"].shape == (4, 64)


def test_the_conductor_leaves_when_nothing_is_left_to_do(bench: Workbench) -> None:
    number = bench.run(Hyperparameters(epochs=2))
    wait_until(lambda: state(bench, number) is State.FINISHED)
    pid = conductor_pid(bench.folder.path)
    wait_until(lambda: not is_held(bench.folder.conductor_lock))
    wait_until(lambda: not children_of(pid))
    assert state(bench, number) is State.FINISHED


def test_pause_stop_and_resume_are_obeyed_and_keep_the_curve(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: trains(bench, number))
    bench.pause([number])
    wait_until(lambda: state(bench, number) is State.PAUSED)
    paused_at = bench.look(number)[1][0].epoch[-1]
    bench.resume([number])
    wait_until(lambda: bench.look(number)[1][0].epoch[-1] > paused_at)
    bench.stop([number])
    wait_until(lambda: state(bench, number) is State.STOPPED)
    curve = bench.look(number)[1][0]
    assert curve.epoch == list(range(len(curve.epoch)))
    assert bench.experiment(number).best is not None


def test_a_paused_experiment_can_be_stopped_and_then_has_its_best_parameters(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: trains(bench, number))
    bench.pause([number])
    wait_until(lambda: state(bench, number) is State.PAUSED)
    bench.stop([number])
    wait_until(lambda: state(bench, number) is State.STOPPED)
    assert read_arrays(FitFolder(bench.folder.fit(FitKey(number, 1))), "best") is not None


def test_a_queued_experiment_is_stopped_without_being_trained(bench: Workbench) -> None:
    first, second, third = (bench.run(LONG) for _ in range(3))
    bench.stop([third])
    assert state(bench, third) is State.STOPPED
    bench.stop([first, second])
    wait_until(lambda: state(bench, first).is_over and state(bench, second).is_over)
    assert not FitFolder(bench.folder.fit(FitKey(third, 1))).path.exists()


def test_a_fit_whose_worker_is_killed_goes_on_bit_for_bit(bench: Workbench) -> None:
    hyperparameters = Hyperparameters(epochs=3000, hidden_units=(16, 16), dropout=0.2)
    number = bench.run(hyperparameters)
    fit = FitFolder(bench.folder.fit(FitKey(number, 1)))
    wait_until(lambda: trains(bench, number))
    bench.pause([number])
    wait_until(lambda: state(bench, number) is State.PAUSED)
    assert fit.has_checkpoint()
    bench.resume([number])
    wait_until(lambda: state(bench, number) is State.RUNNING and worker_pids(bench))
    for pid in worker_pids(bench):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: state(bench, number) is State.FINISHED)
    unkilled = bench.run(hyperparameters)
    wait_until(lambda: state(bench, unkilled) is State.FINISHED)
    other = read_fit_curve(FitFolder(bench.folder.fit(FitKey(unkilled, 1))))
    assert columns(read_fit_curve(fit)) == columns(other)


def test_a_killed_conductor_loses_nothing_and_the_next_look_folds_the_result_in(bench: Workbench) -> None:
    number = bench.run(Hyperparameters(epochs=400, hidden_units=(16,)))
    wait_until(lambda: trains(bench, number))
    os.kill(conductor_pid(bench.folder.path), signal.SIGKILL)
    wait_until(lambda: state_after_a_look(bench, number) is State.FINISHED)
    assert bench.look(number)[1][0].epoch[-1] == 400


def state_after_a_look(bench: Workbench, number: int) -> State:
    return next(each.state for each in bench.poll().experiments if each.number == number)


def test_when_everything_is_killed_the_experiment_is_interrupted_and_can_go_on(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: trains(bench, number))
    for pid in [conductor_pid(bench.folder.path), *worker_pids(bench)]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: state_after_a_look(bench, number) is State.INTERRUPTED)
    left = bench.experiment(number)
    curve = bench.look(number)[1][0]
    assert "resume" in left.error
    assert left.best is not None
    assert left.verdict is not None
    assert left.seconds == left.fits[0].seconds == curve.seconds[-1]
    assert (left.fits[0].epochs, left.best.validation_cost) == (curve.epoch[-1], min(curve.validation_cost))
    bench.resume([number])
    wait_until(lambda: state(bench, number) is State.RUNNING)
    bench.stop([number])
    wait_until(lambda: state(bench, number) is State.STOPPED)
    assert bench.experiment(number).error == ""


def test_a_failure_of_one_fit_is_told_in_a_sentence_and_harms_no_other(bench: Workbench) -> None:
    whole = bench.folder.table.read_bytes()
    bench.folder.table.write_bytes(b"torn")
    lost = bench.run(Hyperparameters(epochs=2))
    wait_until(lambda: state(bench, lost) is State.FAILED)
    assert "table.npz" in bench.experiment(lost).error
    bench.folder.table.write_bytes(whole)
    found = bench.run(Hyperparameters(epochs=2))
    wait_until(lambda: state(bench, found) is State.FINISHED)


def test_repeats_and_folds_are_fits_of_one_experiment(bench: Workbench) -> None:
    repeated = bench.run(Hyperparameters(epochs=3), repeats=3)
    folded = bench.run(Hyperparameters(epochs=3), folds=4)
    wait_until(lambda: state(bench, repeated) is State.FINISHED and state(bench, folded) is State.FINISHED)
    assert [fit.seed for fit in bench.experiment(repeated).fits] == [0, 1, 2]
    assert [fit.fold for fit in bench.experiment(folded).fits] == [1, 2, 3, 4]
    assert all(fit.epochs == 3 for number in (repeated, folded) for fit in bench.experiment(number).fits)


def test_two_processes_writing_one_session_lose_nothing(bench: Workbench) -> None:
    program = (
        "import sys; from pathlib import Path; from sessions.drafting import draft;"
        "from sessions.history import History;"
        "from sessions.paths import SessionFolder; from engine.hyperparameters import Hyperparameters;"
        "history = History.open(SessionFolder(Path(sys.argv[1])));"
        "[history.add([draft(Hyperparameters(), idea=sys.argv[2])]) for _ in range(40)]"
    )
    words = [sys.executable, "-c", program, str(bench.folder.path)]
    writers = [subprocess.Popen([*words, name]) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    bench.history.refresh()
    experiments = bench.history.experiments()
    assert [each.number for each in experiments] == list(range(1, 81))
    assert sorted(each.idea for each in experiments) == ["a"] * 40 + ["b"] * 40


def test_a_second_conductor_leaves_at_once(bench: Workbench) -> None:
    lock = LifeLock(bench.folder.conductor_lock)
    assert lock.acquire()
    program = "import sys; from sessions.background.conductor_entry import start; start(sys.argv[1])"
    command = [sys.executable, "-c", program, str(bench.folder.path)]
    done = subprocess.run(command, input=b"\n", timeout=30, check=False)
    assert done.returncode == 0
    lock.release()


def test_a_follower_of_the_curve_file_needs_no_history(bench: Workbench) -> None:
    number = bench.run(Hyperparameters(epochs=4, hidden_units=()))
    wait_until(lambda: state(bench, number) is State.FINISHED)
    follower = CurveFollower(FitFolder(bench.folder.fit(FitKey(number, 1))).curve_path, 1)
    follower.poll()
    assert follower.curve.epoch == [0, 1, 2, 3, 4]


def test_a_resume_right_after_a_pause_wins(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: trains(bench, number))
    for _ in range(5):
        bench.pause([number])
        bench.resume([number])
    reached = bench.look(number)[1][0].epoch[-1]
    wait_until(lambda: bench.look(number)[1][0].epoch[-1] > reached + 50 and state(bench, number) is State.RUNNING)
    bench.stop([number])
    wait_until(lambda: state(bench, number) is State.STOPPED)
    assert bench.look(number)[1][0].epoch[-1] > reached


def test_a_held_experiment_that_is_paused_can_be_stopped(bench: Workbench) -> None:
    first, second = bench.run(LONG), bench.run(LONG)
    waiting = bench.run(LONG)
    bench.hold([waiting])
    bench.pause([waiting])
    bench.stop([waiting])
    assert state(bench, waiting) is State.STOPPED
    bench.stop([first, second])
    wait_until(lambda: state(bench, first).is_over and state(bench, second).is_over)
