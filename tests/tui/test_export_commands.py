"""`tunedeck report` and `tunedeck export` as a person types them, and the files they leave."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UsageError
from sessions import whole_file
from sessions.whole_file import write_whole
from tui.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        code = main(words)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    assert command("new", "s", "--data", "iris")[0] == 0
    return command


@pytest.fixture
def tuned(run: Run) -> Run:
    quick = ["-s", "epochs=2", "-s", "hidden_units=4"]
    assert run("run", "s", *quick, "--idea", "=small <b>")[0] == 0
    assert run("run", "s", "--parent", "1", "-s", "learning_rate=0.2")[0] == 0
    return run


def test_a_report_tells_the_session_on_stdout_and_the_same_in_a_file(tuned: Run, tmp_path: Path) -> None:
    code, out, err = tuned("report", "s")
    assert (code, err) == (0, "")
    assert out.startswith("# s\n")
    assert "Idea: =small" not in out
    assert r"Idea: \=small &lt;b&gt;" in out
    assert "Changed: `learning_rate=0.2` (from #1)" in out
    file = tmp_path / "s.md"
    code, nothing, err = tuned("report", "s", "-o", str(file))
    assert (code, nothing) == (0, "")
    assert str(file) in err
    assert file.read_text().split("\n")[3:] == out.split("\n")[3:]


def test_an_export_is_what_list_gives(tuned: Run, tmp_path: Path) -> None:
    as_json, as_csv = tuned("list", "s", "--json")[1], tuned("list", "s", "--csv")[1]
    assert [each["id"] for each in json.loads(as_json)] == [1, 2]
    assert tuned("export", "s", "--format", "json")[1] == as_json
    assert tuned("export", "s")[1] == as_csv
    for name, text in (("a.json", as_json), ("a.CSV", as_csv), ("a", as_csv)):
        assert tuned("export", "s", "-o", str(tmp_path / name))[0] == 0
        assert (tmp_path / name).read_text() == text
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert [each["idea"] for each in rows] == ["'=small <b>", ""]


def test_a_look_that_the_history_lost_is_told_by_every_command_before_it_is_mended(tuned: Run, root: Path) -> None:
    assert tuned("final", "s", "1", "--reason", "curious")[0] == 0
    commands = ("report", "show 1", "show 1 --json", "export --format json", "list --json")
    words = [(name, "s", *rest) for name, *rest in map(str.split, commands)]
    whole = [tuned(*each)[1] for each in words]
    history = root / "s" / "history.jsonl"
    kept = [line for line in history.read_bytes().splitlines(keepends=True) if b"curious" not in line]
    history.write_bytes(b"".join(kept))
    before = history.read_bytes()
    again = [tuned(*each)[1] for each in words]
    assert all("curious" in each for each in again)
    assert again[1:] == whole[1:]
    assert history.read_bytes() == before


def test_a_session_without_experiments_exports_nothing_but_its_form(run: Run) -> None:
    assert json.loads(run("export", "s", "--format", "json")[1]) == []
    assert run("export", "s")[1].count("\n") == 1


@pytest.mark.parametrize("command", ["report", "export"])
@pytest.mark.parametrize("place", ["nowhere/x.csv", ".", "file/x.csv", "x" * 300])
def test_a_file_that_cannot_be_written_is_one_sentence(run: Run, tmp_path: Path, command: str, place: str) -> None:
    (tmp_path / "file").write_text("kept")
    code, out, err = run(command, "s", "-o", str(tmp_path / place))
    assert (code, out) == (2, "")
    assert "cannot be written" in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "root"]


@pytest.mark.parametrize(
    "command", [["report", "s"], ["export", "s", "--format", "csv"], ["predict", "s", "1", "--data", "iris"]]
)
def test_no_file_of_a_session_is_written_over(tuned: Run, root: Path, tmp_path: Path, command: list[str]) -> None:
    history = root / "s" / "history.jsonl"
    before = history.read_bytes()
    (tmp_path / "link.csv").symlink_to(history)
    for place in (history, root / "s" / "new.csv", root / "s" / "data" / "new.csv", tmp_path / "link.csv"):
        code, out, err = tuned(*command, "-o", str(place))
        assert (code, out) == (2, "")
        assert "in the folder of the session 's'" in err
        assert len(err.strip().splitlines()) == 1
    assert history.read_bytes() == before
    assert not (root / "s" / "new.csv").exists()


def test_the_data_is_not_written_over_under_whatever_name(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own, new = tmp_path / "own.csv", tmp_path / "new.csv"
    own.write_text("a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(40)))
    new.write_text("a\n1\n2\n")
    assert run("new", "t", "--data", "own.csv")[0] == 0
    assert run("run", "t", "-s", "epochs=1")[0] == 0
    (tmp_path / "soft.csv").symlink_to(new)
    (tmp_path / "hard.csv").hardlink_to(new)
    predict = ["predict", "t", "1", "--data", "new.csv"]
    for place in ("new.csv", str(new), "root/../new.csv", "soft.csv", "hard.csv", "own.csv"):
        code, out, err = run(*predict, "-o", place)
        assert (code, out) == (2, "")
        assert "would be lost: name another file with -o" in err
    assert run("export", "t", "-o", "own.csv")[0] == 2
    assert new.read_text() == "a\n1\n2\n"
    assert own.read_text().startswith("a,y\n0,0\n")
    assert run(*predict, "-o", "out.csv")[0] == 0


def test_figures_that_there_are_none_of_are_empty_cells(run: Run) -> None:
    assert run("new", "t", "--data", "iris", "--split", "0.8,0,0.2")[0] == 0
    assert run("run", "t", "-s", "epochs=1")[0] == 0
    [row] = csv.DictReader(io.StringIO(run("export", "t")[1]))
    assert (row["state"], row["validation_cost"], row["validation_score"]) == ("finished", "", "")
    assert json.loads(run("export", "t", "--format", "json")[1])[0]["best"]["validation_score"] is None


def test_an_unknown_session_or_format_is_refused(run: Run) -> None:
    assert run("report", "nowhere")[0] == 3
    assert run("export", "s", "--format", "xml")[0] == 2


def test_a_file_whose_ending_names_no_format_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xyz"
    code, out, err = run("export", "s", "-o", str(file))
    assert (code, out) == (2, "")
    assert "'.xyz'" in err
    assert "let it end in .csv or .json" in err
    assert not file.exists()
    assert run("export", "s", "--format", "csv", "-o", str(file))[0] == 0


def test_a_file_is_replaced_whole_or_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.md"
    file.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        write_whole(file, "after")
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]
    assert file.read_text() == "before"


def test_a_replaced_file_keeps_its_permissions_and_a_link_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "a.md", tmp_path / "link.md"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, "after")
    assert link.is_symlink()
    assert file.read_text() == "after"
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "story")
        assert os.read(reader, 100) == b"story"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
