"""A disk that is full, turns read-only or vanishes while a fit trains: a sentence, no loss, no process left over."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_support import children_of, conductor_pid, end_conductor, wait_until

from engine.hyperparameters import Hyperparameters
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.fits.fit_folder import FitFolder
from sessions.liveness import Identity
from sessions.paths import FitKey, SessionFolder
from sessions.presenting import experiment_view
from sessions.records import State
from sessions.store import StoreError
from sessions.workbench import Workbench

LONG = Hyperparameters(epochs=1_000_000, hidden_units=(16,))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tunedeck-test", str(place)]
    if os.getuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system needs root")
    yield place
    for folder in place.iterdir():
        if folder.is_dir():
            end_conductor(folder)
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def bench(small_disk: Path) -> Workbench:
    """A session on the small disk with a long fit in training."""
    create_session(small_disk, "iris", DataChoice(source="iris"))
    bench = Workbench(SessionFolder(small_disk / "iris"))
    number = bench.run(LONG)
    wait_until(lambda: points(bench) > 3)
    assert number == 1
    return bench


def points(bench: Workbench) -> int:
    return len(bench.look(1)[1][0])


def is_being_trained(bench: Workbench) -> bool:
    return FitFolder(bench.folder.fit(FitKey(1, 1))).is_being_trained()


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while file.write(b"x" * 4096):
            pass
    return filler


def stopped_whole(bench: Workbench) -> bool:
    bench.stop([1])
    wait_until(lambda: bench.experiment(1).state is State.STOPPED)
    experiment, [curve] = bench.look(1)
    return curve.epoch == list(range(len(curve))) and experiment.fits[0].curve_is_complete


def test_a_disk_that_fills_up_in_training_is_told_and_costs_nothing_once_there_is_room(
    bench: Workbench, small_disk: Path
) -> None:
    filler = fill(small_disk)
    wait_until(lambda: any("Only 0 KB are free" in message for message in bench.poll().messages))
    with pytest.raises(StoreError, match="disk is full"):
        bench.note(1, conclusion="x" * 10_000)
    seen = points(bench)
    assert is_being_trained(bench)
    filler.unlink()
    wait_until(lambda: points(bench) > seen)
    wait_until(lambda: not any("disk is full" in message for message in bench.poll().messages))
    assert stopped_whole(bench)
    assert bench.experiment(1).conclusion == ""


def test_a_session_that_turns_read_only_in_training_goes_on_in_memory(bench: Workbench, small_disk: Path) -> None:
    # A second, read-only mount of the same place on top of the first: files that are open do not hinder it.
    subprocess.run(["mount", "--bind", str(small_disk), str(small_disk)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(small_disk)], check=True)
    wait_until(lambda: any("read-only" in message for message in bench.poll().messages))
    with pytest.raises(StoreError, match="read-only"):
        bench.note(1, conclusion="never written")
    seen = points(bench)
    wait_until(lambda: points(bench) > seen)
    subprocess.run(["umount", str(small_disk)], check=True)
    wait_until(lambda: not any("read-only" in message for message in bench.poll().messages))
    assert stopped_whole(bench)


def test_a_session_that_is_deleted_under_us_leaves_no_process_and_no_folder(root: Path) -> None:
    create_session(root, "iris", DataChoice(source="iris"))
    bench = Workbench(SessionFolder(root / "iris"))
    bench.run(LONG)
    wait_until(lambda: points(bench) > 3)
    conductor = conductor_pid(bench.folder.path)
    servers = children_of(conductor)
    ours = [conductor, *servers, *(pid for server in servers for pid in children_of(server))]
    shutil.rmtree(bench.folder.path)
    wait_until(lambda: not any(Identity.of(pid) for pid in ours))
    assert any("vanished" in message for message in bench.poll().messages)
    with pytest.raises(StoreError, match="vanished"):
        bench.note(1, conclusion="too late")
    assert not bench.folder.path.exists()


def test_points_that_the_disk_never_took_are_told_with_the_experiment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_session(root, "iris", DataChoice(source="iris"))
    bench = Workbench(SessionFolder(root / "iris"))
    bench.history.add([draft(Hyperparameters(epochs=3))])
    monkeypatch.setattr("sessions.fits.curve.CurveWriter.flush", lambda writer: not writer._waiting)
    monkeypatch.setattr("sessions.fits.training_run.PATIENCE_S", 0.0)
    launcher = InProcessLauncher(bench.folder)
    Conductor(bench.history, launcher).run(linger_s=0.0)
    experiment = bench.experiment(1)
    assert experiment.state is State.FINISHED
    assert not experiment.fits[0].curve_is_complete
    assert experiment_view(experiment, bench.info)["fits"][0]["curve_is_complete"] is False
    assert experiment.best is not None
