"""A history that lost records or its description: what is only left in folders is neither overwritten nor mixed up."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import NotFoundError, UsageError, WorkError
from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.doctor import repair_session
from sessions.drafting import draft
from sessions.fits.fit_arrays import read_fit_curve
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.paths import FitKey, SessionFolder, find_session, list_sessions
from sessions.records import Experiment, State
from sessions.search.desk import SweepDesk
from sessions.search.planning import draft_sweep
from sessions.search.records import Budget, Sweep
from sessions.whole_file import refuse_precious
from sessions.workbench import Workbench

SIX_EPOCHS = Hyperparameters(epochs=6, hidden_units=(4,))


def train(folder: SessionFolder, *drafts: Experiment) -> list[Experiment]:
    history = History.open(folder)
    added = history.add(drafts)
    Conductor(history, InProcessLauncher(folder)).run(linger_s=0.0)
    history.close()
    return added


def shorten(folder: SessionFolder, to_lines: int) -> None:
    lines = folder.history.read_bytes().splitlines(keepends=True)
    folder.history.write_bytes(b"".join(lines[:to_lines]))


def lines_of(folder: SessionFolder) -> int:
    return len(folder.history.read_bytes().splitlines())


def a_sweep(bench: Workbench) -> Sweep:
    space = Space.from_text({"learning_rate": "0.001..0.3"}, SIX_EPOCHS)
    return draft_sweep(space, bench.info, budget=Budget(trials=2))


def fit_files(folder: SessionFolder, number: int) -> FitFolder:
    return FitFolder(folder.fit(FitKey(number, 1)))


def test_the_number_of_an_experiment_that_the_history_lost_is_not_given_again(bench: Workbench) -> None:
    folder = bench.folder
    train(folder, draft(SIX_EPOCHS))
    known = lines_of(folder)
    [lost] = train(folder, draft(SIX_EPOCHS, idea="second"))
    shorten(folder, known)
    [new] = train(folder, draft(SIX_EPOCHS.replace(epochs=2)))
    assert (lost.number, new.number) == (2, 3)
    assert read_fit_curve(fit_files(folder, 3)).epoch == [0, 1, 2]
    repair_session(folder)
    history = History.open(folder)
    history.refresh()
    back = history.experiment(2)
    assert (back.uid, back.idea, back.state, back.fits[0].epochs) == (lost.uid, "second", State.FINISHED, 6)
    assert [each.number for each in history.experiments()] == [1, 2, 3]


def test_two_that_add_after_a_loss_skip_its_folders_and_each_other(bench: Workbench) -> None:
    for number in (1, 3):
        bench.folder.experiment(number).mkdir(parents=True)
    ours, theirs = History.open(bench.folder), History.open(bench.folder)
    several = [each.number for each in ours.add([draft(SIX_EPOCHS), draft(SIX_EPOCHS)])]
    assert [*several, theirs.add([draft(SIX_EPOCHS)])[0].number] == [2, 4, 5]


def test_a_fit_begins_anew_where_another_experiments_fit_stands_and_keeps_it_aside(
    bench: Workbench, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bench.folder
    [other] = train(folder, draft(SIX_EPOCHS))
    history = History.open(folder)
    [waiting] = history.add([draft(SIX_EPOCHS.replace(epochs=2))])
    shutil.copytree(folder.experiment(1), folder.experiment(2))  # as a history that lost the number gave it twice
    Conductor(history, InProcessLauncher(folder)).run(linger_s=0.0)
    assert read_fit_curve(fit_files(folder, 2)).epoch == [0, 1, 2]
    trained = history.experiment(2)
    assert (trained.uid, trained.state, trained.fits[0].epochs) == (waiting.uid, State.FINISHED, 2)
    [kept] = (folder.path / "quarantine").iterdir()
    spec = FitFolder(kept).read_spec()
    assert spec is not None
    assert spec.uid == other.uid
    assert read_fit_curve(FitFolder(kept)).epoch == [0, 1, 2, 3, 4, 5, 6]
    assert f"is now {kept}" in capsys.readouterr().err


def test_resuming_an_experiment_leaves_the_result_of_another_ones_fit(bench: Workbench, desk: SweepDesk) -> None:
    folder = bench.folder
    train(folder, draft(SIX_EPOCHS))
    bench.history.add([draft(SIX_EPOCHS)])
    bench.stop([2])
    shutil.copytree(folder.experiment(1), folder.experiment(2))
    bench.resume([2])
    assert fit_files(folder, 2).read_result() is not None


def test_a_sweep_is_not_numbered_as_one_whose_trials_are_known_or_left_in_folders(
    bench: Workbench, desk: SweepDesk
) -> None:
    folder = bench.folder
    wanted = a_sweep(bench)
    assert desk.launch(wanted) == 1
    bench.history.add([draft(SIX_EPOCHS, sweep=4, trial=1)])
    assert desk.launch(wanted) == 5
    known = lines_of(folder)
    train(folder, draft(SIX_EPOCHS, sweep=7, trial=1))
    shorten(folder, known)
    assert SweepDesk(Workbench(folder)).launch(wanted) == 8


def lose_description(folder: SessionFolder) -> None:
    folder.history.write_bytes(b"")


def test_a_session_without_its_description_is_not_opened(bench: Workbench) -> None:
    train(bench.folder, draft(SIX_EPOCHS))
    lose_description(bench.folder)
    with pytest.raises(WorkError, match="lost its description: `tunedeck doctor iris --repair`"):
        Workbench(bench.folder)
    assert lines_of(bench.folder) == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda bench: bench.run(SIX_EPOCHS),
        lambda bench: bench.stop([1]),
        lambda bench: bench.note(1, conclusion="good"),
        lambda bench: bench.set_workers(3),
        lambda bench: bench.sweeps.launch(a_sweep(bench)),
        lambda bench: bench.hold([1]),
    ],
    ids=["run", "stop", "note", "workers", "sweep", "hold"],
)
def test_what_loses_its_description_while_it_is_open_is_not_written_any_more(
    bench: Workbench, desk: SweepDesk, act: Callable[[Workbench], object]
) -> None:
    bench.poll()
    bench.history.add([draft(SIX_EPOCHS)])
    lose_description(bench.folder)
    with pytest.raises(WorkError, match="lost its description"):
        act(bench)
    assert lines_of(bench.folder) == 0


def test_the_conductor_of_a_session_without_its_description_leaves_with_one_line(bench: Workbench) -> None:
    bench.history.add([draft(SIX_EPOCHS)])
    lose_description(bench.folder)
    program = "import sys; from sessions.background.conductor_entry import start; start(sys.argv[1])"
    command = [sys.executable, "-c", program, str(bench.folder.path)]
    done = subprocess.run(command, input=b"\n", capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    [line] = done.stderr.decode().splitlines()
    assert "lost its description" in line
    assert lines_of(bench.folder) == 0


def test_what_ends_a_conductor_in_its_midst_stands_in_its_log_with_the_place(bench: Workbench) -> None:
    program = """
import sys
from engine.errors import WorkError
from sessions.background import conductor, conductor_entry
def break_off(self):
    raise WorkError("Nobody foresaw this.")
conductor.Conductor.run = break_off
conductor_entry.start(sys.argv[1])
"""
    command = [sys.executable, "-c", program, str(bench.folder.path)]
    done = subprocess.run(command, input=b"\n", capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    log = done.stderr.decode()
    assert "Nobody foresaw this." in log
    assert "in break_off" in log


def test_a_conductor_that_runs_leaves_once_the_description_is_lost(bench: Workbench) -> None:
    lose_description(bench.folder)
    with pytest.raises(WorkError, match="lost its description"):
        Conductor(bench.history, InProcessLauncher(bench.folder)).run(linger_s=0.0)


def foreign(root: Path, *names: str) -> SessionFolder:
    """A folder of somebody else's, open to everybody."""
    for name in names:
        (root / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "site" / name).write_text("{}")
    for each in (root / "site", *(root / "site").rglob("*")):
        each.chmod(0o755)
    return SessionFolder(root / "site")


def modes(folder: SessionFolder) -> dict[str, int]:
    return {str(each): each.stat().st_mode & 0o777 for each in (folder.path, *folder.path.rglob("*"))}


def test_a_folder_that_only_has_a_data_folder_is_no_session_and_may_be_written_to(root: Path) -> None:
    folder = foreign(root, "index.html", "data/raw/a.csv")
    assert list_sessions(root, even_lost=True) == []
    with pytest.raises(NotFoundError, match="holds no session"):
        find_session(root, "site", even_lost=True)
    refuse_precious(folder.path / "index.html")


@pytest.mark.parametrize("name", ["data/description.json", "data/table.npz", "fits/1/1/spec.json", "history.jsonl"])
def test_no_permission_changes_in_a_folder_that_turns_out_to_hold_no_session(root: Path, name: str) -> None:
    folder = foreign(root, "index.html", name)
    before = modes(folder)
    assert any("mending ended early" in each.text for each in repair_session(folder))
    assert {each: modes(folder)[each] for each in before} == before


@pytest.mark.parametrize("kept", ["data/description.json", "data/table.npz", "fits/1/1/spec.json"])
def test_what_is_left_of_a_session_is_found_and_guarded(bench: Workbench, kept: str) -> None:
    folder = bench.folder
    train(folder, draft(SIX_EPOCHS))
    remains = SessionFolder(folder.path.parent / "remains")
    (remains.path / kept).parent.mkdir(parents=True)
    shutil.copy(folder.path / kept, remains.path / kept)
    assert find_session(folder.path.parent, "remains", even_lost=True) == remains
    assert remains in list_sessions(folder.path.parent, even_lost=True)
    with pytest.raises(NotFoundError, match="lost its history"):
        find_session(folder.path.parent, "remains")
    with pytest.raises(UsageError, match="lies in the folder of the session 'remains'"):
        refuse_precious(remains.path / "report.md")
