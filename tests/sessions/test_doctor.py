"""The doctor finds what is wrong, says it in words, and mends it without losing what it replaces."""

import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from tests_support import conductor_pid, end_conductor, wait_until

from engine.hyperparameters import Hyperparameters
from sessions import data_folder, ledger
from sessions.creating import DataChoice, create_session
from sessions.doctor import Severity, examine_logout, examine_session, examine_terminal, repair_session
from sessions.drafting import draft
from sessions.fits.curve import record_dtype
from sessions.fits.fit_arrays import read_fit_curve
from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Look, State
from sessions.store import Disk, StoreError
from sessions.workbench import Workbench

SMALL = Hyperparameters(epochs=5, hidden_units=(4,))


@pytest.fixture
def folder(root: Path) -> SessionFolder:
    """A session with two finished experiments and no living process."""
    create_session(root, "iris", DataChoice(source="iris"))
    bench = Workbench(SessionFolder(root / "iris"))
    for values, words in ((SMALL, "first"), (SMALL.replace(seed=1), "")):  # no line of the history tells of both
        number = bench.run(values, idea=words, tags=["a"] if words else [])
        wait_until(lambda number=number: bench.experiment(number).state is State.FINISHED)
    end_conductor(bench.folder.path)
    bench.close()
    return bench.folder


def texts(folder: SessionFolder, severity: Severity = Severity.WRONG) -> list[str]:
    return [each.text for each in examine_session(folder) if each.severity is severity]


def mend(folder: SessionFolder) -> str:
    words = " ".join(each.text for each in repair_session(folder))
    assert texts(folder) == []
    return words


def experiments(folder: SessionFolder) -> tuple[Experiment, ...]:
    bench = Workbench(folder)
    found = bench.poll().experiments
    bench.close()
    return found


def test_a_sound_session_is_called_sound(folder: SessionFolder) -> None:
    [finding] = examine_session(folder)
    assert (finding.severity, finding.where, finding.text) == (Severity.FINE, "iris", "all is well")


def test_a_damaged_record_of_the_history_is_found_and_its_experiment_put_back(folder: SessionFolder) -> None:
    before = experiments(folder)
    lines = folder.history.read_bytes().splitlines(keepends=True)
    # Everything about the second experiment is hit.
    folder.history.write_bytes(b"".join(b"#" + each[1:] if b'"seed":1' in each else each for each in lines))
    assert any("damaged records" in text for text in texts(folder))
    words = mend(folder)
    assert "written anew" in words
    assert "#2" in words
    assert list((folder.path / "archive").iterdir())
    after = experiments(folder)
    assert [each.number for each in after] == [1, 2]
    assert after[1].best == before[1].best
    assert after[1].uid == before[1].uid


def test_what_has_its_result_is_not_trained_again_where_the_history_lost_how_it_went_on(folder: SessionFolder) -> None:
    before = experiments(folder)
    lines = folder.history.read_bytes().splitlines(keepends=True)
    queued = next(place for place, line in enumerate(lines) if b'"idea":"first"' in line)
    folder.history.write_bytes(b"".join(lines[: queued + 1]))
    parameters = folder.fit(FitKey(1, 1)) / "best.npz"
    made = parameters.stat().st_mtime_ns
    mend(folder)
    after = experiments(folder)
    assert [(each.state, each.best) for each in after] == [(each.state, each.best) for each in before]
    assert parameters.stat().st_mtime_ns == made


def test_a_history_that_is_gone_is_rebuilt_from_the_fits(folder: SessionFolder) -> None:
    before = experiments(folder)
    folder.history.unlink()
    assert any("missing" in text for text in texts(folder))
    assert "new history" in mend(folder)
    after = experiments(folder)
    assert [(each.idea, each.tags, each.best, each.state) for each in after] == [
        (each.idea, each.tags, each.best, each.state) for each in before
    ]
    bench = Workbench(folder)
    number = bench.run(SMALL)
    wait_until(lambda: bench.experiment(number).state is State.FINISHED)
    assert number == 3


def test_a_fit_without_a_result_is_rebuilt_with_the_figures_of_its_curve(folder: SessionFolder) -> None:
    [before, _] = experiments(folder)
    folder.history.unlink()
    FitFolder(folder.fit(FitKey(1, 1))).remove_result()
    mend(folder)
    [after, other] = experiments(folder)
    [fit], [known] = after.fits, before.fits
    assert (after.state, fit.state, other.state) == (State.INTERRUPTED, State.INTERRUPTED, State.FINISHED)
    assert "had lost it" in after.error
    assert (fit.epochs, fit.best_epoch, after.n_parameters) == (5, known.best_epoch, before.n_parameters)
    assert fit.train_cost == pytest.approx(known.train_cost, rel=1e-6)
    assert fit.validation_score == pytest.approx(known.validation_score, rel=1e-6)
    assert after.best is not None
    assert after.best.validation_cost == pytest.approx(known.validation_cost, rel=1e-6)
    assert after.seconds > 0
    assert after.verdict == before.verdict


def test_a_foreign_file_in_place_of_the_history_is_kept_aside(folder: SessionFolder) -> None:
    folder.history.write_text("my shopping list\n")
    (folder.path / "history.lock").write_bytes(b"")
    assert texts(folder)
    assert "quarantine" in mend(folder)
    kept = [path.read_text() for path in (folder.path / "quarantine").glob("history-unreadable-*")]
    assert kept == ["my shopping list\n"]
    assert [each.number for each in experiments(folder)] == [1, 2]


def test_a_damaged_point_of_a_curve_is_found_and_the_others_kept(folder: SessionFolder) -> None:
    fit = FitFolder(folder.fit(FitKey(1, 1)))
    raw = bytearray(fit.curve_path.read_bytes())
    raw[record_dtype(2).itemsize * 3 + 20] ^= 1
    fit.curve_path.write_bytes(raw)
    fit.curve_path.chmod(0o600)
    assert texts(folder) == ["the curve of fit 1 of #1 has 1 damaged points of 6"]
    words = " ".join(each.text for each in repair_session(folder))
    assert "intact points" in words
    assert read_fit_curve(fit).epoch == [0, 1, 2, 4, 5]
    [kept] = (folder.path / "quarantine").iterdir()
    assert kept.read_bytes() == bytes(raw)


def test_parameters_that_are_gone_or_damaged_are_told_with_the_way_to_have_them_again(folder: SessionFolder) -> None:
    folder.fit(FitKey(1, 1)).joinpath("best.npz").unlink()
    damaged = folder.fit(FitKey(2, 1)) / "best.npz"
    raw = bytearray(damaged.read_bytes())
    raw[200] ^= 1
    damaged.write_bytes(raw)
    lost = [each for each in examine_session(folder) if each.severity is Severity.WRONG]
    assert [each.text for each in lost] == [
        f"fit 1 of #{number} has lost best.npz, the parameters it learned" for number in (1, 2)
    ]
    assert "`tunedeck run iris --parent 1`" in lost[0].remedy
    for place in range(-300, 0, 5):
        raw = bytearray(damaged.read_bytes())
        raw[place] ^= 64
        damaged.write_bytes(raw)
        assert len(texts(folder)) == 2


@pytest.mark.parametrize("name", ["table.npz", "description.json"])
def test_data_that_is_lost_is_told_with_the_command_that_makes_it_again(folder: SessionFolder, name: str) -> None:
    (folder.data / name).unlink()
    [finding] = examine_session(folder)
    assert finding.severity is Severity.WRONG
    assert f"{name}: No such file" in finding.text
    assert "`tunedeck new iris-again --data iris " in finding.remedy
    create_session(folder.path.parent, "again", DataChoice(source="iris"))
    shutil.copy(SessionFolder(folder.path.parent / "again").data / name, folder.data / name)
    (folder.data / name).chmod(0o600)
    assert texts(folder) == []


def test_a_lost_description_is_told_with_what_the_history_knows_of_the_data(folder: SessionFolder) -> None:
    about = json.loads(folder.description.read_text())
    folder.description.unlink()
    [text] = texts(folder)
    assert "multiclass on 'iris', target 'species', classes setosa, versicolor, virginica, 4 features" in text
    assert about["fingerprint"] in text
    folder.history.unlink()
    assert any(f"Its fits tell only the data's fingerprint, {about['fingerprint']}" in text for text in texts(folder))


def test_data_that_changed_is_told_and_not_trained_on(folder: SessionFolder) -> None:
    with np.load(folder.table) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["X"][3, 0] += 1
    np.savez(folder.table, **arrays)
    folder.table.chmod(0o600)
    [text] = texts(folder)
    assert "data changed since the session 'iris' was made" in text
    bench = Workbench(folder)
    number = bench.run(SMALL)
    wait_until(lambda: bench.experiment(number).state.is_over)
    failed = bench.experiment(number)
    assert (failed.state, failed.best) == (State.FAILED, None)
    assert "data changed since" in failed.fits[0].error


def test_a_description_of_another_session_is_told(folder: SessionFolder) -> None:
    about = json.loads(folder.description.read_text())
    folder.description.write_text(json.dumps(about | {"scale": "none"}))
    [text] = texts(folder)
    assert text.endswith("says scale 'none', the history 'standard'")


def test_a_description_of_other_data_is_blamed_itself_and_not_the_table(folder: SessionFolder) -> None:
    create_session(folder.path.parent, "wine", DataChoice(source="wine"))
    folder.description.write_bytes(SessionFolder(folder.path.parent / "wine").description.read_bytes())
    [finding] = [each for each in examine_session(folder) if each.severity is Severity.WRONG]
    assert f"{folder.description} does not fit the history: it says target '" in finding.text
    assert "restore data/description.json from a copy" in finding.remedy


def test_a_source_that_is_gone_is_told(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "COPY_UP_TO_BYTES", 0)
    source = tmp_path / "own.csv"
    source.write_text("a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(40)))
    create_session(root, "s", DataChoice(source=str(source)))
    assert texts(SessionFolder(root / "s")) == []
    source.unlink()
    [finding] = examine_session(SessionFolder(root / "s"))
    assert "its source cannot be read again" in finding.text
    assert f"put it back as '{source}'" in finding.remedy


def looked(folder: SessionFolder, *reasons: str) -> tuple[Look, ...]:
    """Look at the test rows for each of the reasons; the whole ledger after that."""
    bench = Workbench(folder)
    for reason in reasons:
        bench.final(1, reason)
    looks = bench.poll().looks
    bench.close()
    return tuple(looks)


def test_a_rebuilt_history_knows_who_looked_at_the_test_rows(folder: SessionFolder) -> None:
    before = looked(folder, "to see", "to see again")
    folder.history.unlink()
    words = mend(folder)
    assert "back in the ledger of looks at the test rows: look 1, 2" in words
    assert looked(folder) == before
    assert [look.number for look in looked(folder, "once more")] == [1, 2, 3]


def test_a_look_that_the_history_lost_is_told_and_put_back(folder: SessionFolder) -> None:
    before = looked(folder, "to see")
    lines = folder.history.read_bytes().splitlines(keepends=True)
    folder.history.write_bytes(b"".join(b"#" + each[1:] if b"to see" in each else each for each in lines))
    assert "look 1 at the test rows is missing from the history" in texts(folder)
    mend(folder)
    assert looked(folder) == before


def test_a_look_never_takes_the_number_of_one_that_the_history_lost(folder: SessionFolder) -> None:
    before = looked(folder, "to see")
    lines = folder.history.read_bytes().splitlines(keepends=True)
    folder.history.write_bytes(b"".join(b"#" + each[1:] if b"to see" in each else each for each in lines))
    after = looked(folder, "again")
    assert after[0] == before[0]
    assert [(look.number, look.reason) for look in after] == [(1, "to see"), (2, "again")]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_look_in_the_history_alone_is_kept_in_a_file_again(folder: SessionFolder, is_there: bool) -> None:
    looked(folder, "to see")
    file = folder.looks / "1.json"
    before = file.read_bytes()
    file.unlink()
    if is_there:
        file.touch(mode=0o600)
    assert texts(folder, Severity.NOTE) == ["look 1 at the test rows is in the history alone"]
    mend(folder)
    assert file.read_bytes() == before


def test_a_look_that_is_damaged_and_unknown_to_the_history_is_told(folder: SessionFolder) -> None:
    looked(folder, "to see")
    (folder.looks / "1.json").write_text("{torn")
    folder.history.unlink()
    repair_session(folder)
    assert texts(folder) == ["look 1 at the test rows is lost: looks/1.json is damaged, the history does not know it"]
    assert [look.number for look in looked(folder, "again")] == [2]


def test_a_score_is_told_only_when_its_look_is_kept_twice(
    folder: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes, disk: Disk) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "atomic_write", full)
        with pytest.raises(StoreError):
            looked(folder, "to see")
    assert [look.reason for look in looked(folder, "again")] == ["to see", "again"]
    assert sorted(path.name for path in folder.looks.iterdir()) == ["1.json", "2.json"]


def test_folders_without_experiment_and_experiments_without_folder_are_told_apart(folder: SessionFolder) -> None:
    shutil.move(folder.fit(FitKey(1, 1)), folder.path / "fits" / "away")
    shutil.copytree(folder.fit(FitKey(2, 1)), folder.fit(FitKey(9, 1)))
    words = " ".join(texts(folder))
    assert "the curve of #1 is missing" in words
    assert "belongs to no experiment" in words
    repair_session(folder)
    assert [each.number for each in experiments(folder)] == [1, 2, 9]


def test_files_open_to_others_and_leftovers_of_writers_are_put_right(folder: SessionFolder) -> None:
    (folder.path / "fits").chmod(0o755)
    (folder.history).chmod(0o644)
    (folder.path / ".result.json.999999999-0a0b.tmp").touch(mode=0o600)
    assert any("2 of its files and folders can be read by other users" in text for text in texts(folder))
    assert any("unfinished writes" in text for text in texts(folder, Severity.NOTE))
    mend(folder)
    assert folder.history.stat().st_mode & 0o777 == 0o600
    assert texts(folder, Severity.NOTE) == []


def test_a_fit_said_to_be_running_without_a_process_is_settled(folder: SessionFolder) -> None:
    bench = Workbench(folder)
    number = bench.history.add([draft(SMALL)])[0].number
    from sessions.folding import with_fit_state

    bench.history.change(number, lambda each: with_fit_state(each, 1, State.RUNNING))
    bench.close()
    assert any("no process trains it" in text for text in texts(folder))
    mend(folder)
    assert experiments(folder)[-1].state is State.INTERRUPTED


def test_work_that_waits_without_a_conductor_gets_one(folder: SessionFolder) -> None:
    bench = Workbench(folder)
    number = bench.history.add([draft(SMALL)])[0].number
    assert any("wait, but no conductor lives" in text for text in texts(folder))
    repair_session(folder)
    wait_until(lambda: bench.experiment(number).state is State.FINISHED)


def test_a_halted_conductor_is_told_from_a_working_one_and_ended(folder: SessionFolder) -> None:
    bench = Workbench(folder)
    number = bench.run(SMALL.replace(epochs=100_000))
    pid = conductor_pid(folder.path)
    wait_until(lambda: len(bench.look(number)[1][0]) > 3)
    assert texts(folder) == []
    os.kill(pid, signal.SIGSTOP)
    assert any("has not worked" in text for text in texts(folder))
    words = " ".join(each.text for each in repair_session(folder))
    assert f"process {pid}" in words
    bench.stop([number])
    wait_until(lambda: bench.experiment(number).state is State.STOPPED)


@pytest.mark.parametrize(
    ("files", "lingers", "goes_on"),
    [
        ({}, False, True),
        ({"etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, False, True),
        ({"etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n"}, False, False),
        ({"etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n"}, True, True),
        (
            {
                "etc/systemd/logind.conf": "[Login]\nKillUserProcesses=no\n",
                "etc/systemd/logind.conf.d/9.conf": "[Login]\nKillUserProcesses = yes\n",
            },
            False,
            False,
        ),
    ],
)
def test_the_logout_policy_is_read_from_the_machine(
    tmp_path: Path, files: dict[str, str], lingers: bool, goes_on: bool
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    if lingers:
        (tmp_path / "var/lib/systemd/linger").mkdir(parents=True)
        (tmp_path / "var/lib/systemd/linger/ada").touch()
    [finding] = examine_logout(tmp_path, "ada")
    assert (finding.severity is Severity.FINE) == goes_on
    assert goes_on or "enable-linger ada" in finding.remedy


def test_the_terminal_is_judged_by_type_size_characters_and_colours() -> None:
    good = {"TERM": "xterm-256color", "LANG": "de_DE.UTF-8", "COLORTERM": "truecolor"}
    assert {each.severity for each in examine_terminal(True, good, (80, 24))} == {Severity.FINE}
    bad = {"TERM": "dumb", "LANG": "C"}
    found = examine_terminal(True, bad, (40, 10))
    assert [each.severity for each in found] == [Severity.WRONG, Severity.NOTE, Severity.NOTE, Severity.NOTE]
    assert examine_terminal(False)[0].severity is Severity.NOTE
