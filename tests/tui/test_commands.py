"""The commands as a person or a script uses them: what they print, which exit code, and what bad input gets."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests_support import Terminal

from sessions.predicting import Predictions

REFERENCES = Path(__file__).resolve().parents[1] / "references"
FAST = ["-s", "epochs=3", "-s", "hidden_units=8"]


@pytest.fixture
def terminal(root: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def iris(terminal: Terminal) -> Terminal:
    assert terminal("new", "iris", "--data", "iris")[0] == 0
    return terminal


def test_run_gives_everything_the_contract_names(iris: Terminal) -> None:
    document = iris.json("run", "iris", *FAST, "--idea", "small", "--tag", "a", "--tag", "b")
    wanted = (
        "id state hyperparameters idea conclusion tags task n_parameters seconds fits best verdict parent sweep "
        "created error"
    )
    assert set(wanted.split()) <= document.keys()
    assert (document["id"], document["state"], document["idea"]) == (1, "finished", "small")
    assert document["tags"] == ["a", "b"]
    assert document["hyperparameters"]["hidden_units"] == [8]
    assert document["hyperparameters"]["momentum"] == 0.9
    fit = document["fits"][0]
    names = ["seed", "fold", "epochs", "best_epoch", "train_cost", "validation_cost", "validation_score"]
    assert set(names) <= fit.keys()
    assert document["best"]["validation_cost"] == fit["validation_cost"]
    assert {"kind", "text", "advice"} <= document["verdict"].keys()


def test_show_gives_the_curve_in_columns_of_equal_length(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST)
    curve = iris.json("show", "iris", "1", "--curve")["curve"]
    names = (
        "epoch iteration train_cost validation_cost train_score validation_score learning_rate gradient_norm seconds"
    )
    assert list(curve) == names.split()
    assert {len(column) for column in curve.values()} == {4}
    assert curve["epoch"] == [0, 1, 2, 3]
    assert curve["gradient_norm"][0] is None


def test_list_gives_sessions_and_experiments(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST)
    iris.json("run", "iris", *FAST, "-s", "learning_rate=0.1")
    [session] = iris.json("list")
    assert (session["name"], session["task"], session["data"], session["experiments"]) == (
        "iris",
        "multiclass",
        "iris",
        2,
    )
    assert session["best"]["id"] in (1, 2)
    assert [each["id"] for each in iris.json("list", "iris")] == [1, 2]
    assert [each["id"] for each in iris.json("list", "iris", "--filter", "learning_rate=0.1")] == [2]
    assert iris.json("list", "iris", "--sort", "learning_rate")[0]["id"] == 1
    assert [each["id"] for each in iris.json("list", "iris", "--limit", "1")] == [2]
    assert [each["id"] for each in iris.json("list", "iris", "--sort", "learning_rate", "--limit", "1")] == [1]
    lines = iris("list", "iris", "--csv")[1].splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("id,state,validation_cost")


def test_a_session_that_cannot_be_read_does_not_hide_the_others_in_the_list(iris: Terminal, root: Path) -> None:
    iris("new", "lost", "--data", "iris")
    (root / "lost" / "history.jsonl").write_bytes(b"")
    code, out, err = iris("list")
    assert code == 0
    assert out.startswith("iris ")
    assert "'lost' has lost its description" in err


def test_the_mark_of_a_single_training_is_explained_where_it_stands(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST, "--repeats", "2", "-s", "learning_rate=0.001")
    assert "rests on one training" not in "".join(iris("list", "iris")[1:])
    iris.json("run", "iris", *FAST)
    _, out, err = iris("list", "iris", "--sort", "score")
    assert "?" in out
    assert "? rests on one training: what fresh fits or repeats made sure leads before it." in err


def test_looks_at_rows_that_folds_validate_are_told_with_their_number(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST, "--folds", "3")
    assert "1 look at the 120 validation rows of the folds in this session" in iris("show", "iris", "1")[1]
    assert "1 experiment was compared on the same 120 validation rows of the folds" in iris("report", "iris")[1]
    iris.json("run", "iris", *FAST)
    told = "2 looks at the validation rows (1 at 30, 1 at the 120 of the folds) in this session"
    assert told in iris("show", "iris", "1")[1]
    assert told in iris("list", "iris")[2]


def test_what_diverged_is_called_so_in_the_list_and_when_it_is_shown(iris: Terminal) -> None:
    iris.json("run", "iris", "-s", "epochs=10", "-s", "learning_rate=1000")
    assert "★ diverged" in iris("list", "iris")[1]
    assert iris("show", "iris", "1")[1].startswith("#1 diverged")


def test_a_comparison_of_one_says_how_many_it_takes(iris: Terminal) -> None:
    assert "1 experiment was named: name 2 to 8 different ones" in iris("compare", "iris", "5", "5")[2]


def test_a_detached_run_is_durably_queued_and_goes_on_alone(iris: Terminal) -> None:
    document = iris.json("run", "iris", *FAST, "--detach")
    assert document["id"] == 1
    assert document["state"] in ("queued", "running")
    iris.json("run", "iris", *FAST)
    assert iris.json("show", "iris", "1")["state"] == "finished"


def test_what_is_noted_is_kept(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST, "--tag", "a")
    assert iris("note", "iris", "1", "--conclusion", "keep it", "--tag", "b")[0] == 0
    document = iris.json("show", "iris", "1")
    assert (document["conclusion"], document["tags"]) == ("keep it", ["a", "b"])


def test_a_diverging_run_finishes_with_that_verdict_and_its_curve(iris: Terminal) -> None:
    document = iris.json("run", "iris", *FAST, "-s", "learning_rate=1000", "-s", "epochs=30")
    assert document["state"] == "finished"
    assert document["verdict"]["kind"] == "diverged"
    curve = iris.json("show", "iris", "1", "--curve")["curve"]
    assert curve["train_cost"][-1] is None


def test_repeats_and_folds_show_each_fit(iris: Terminal) -> None:
    repeated = iris.json("run", "iris", *FAST, "--repeats", "2")
    assert [fit["seed"] for fit in repeated["fits"]] == [0, 1]
    folded = iris.json("run", "iris", *FAST, "--folds", "3")
    assert [fit["fold"] for fit in folded["fits"]] == [1, 2, 3]
    assert folded["verdict"]["text"].startswith("fit 1 of 3: ")


def test_a_stored_experiment_can_be_replayed_bit_for_bit(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST, "-s", "dropout=0.3", "--repeats", "2")
    code, out, _ = iris("show", "iris", "1", "--verify")
    assert code == 0
    assert out.count("identical") == 2


def test_pytorchs_trajectories_come_out_of_the_commands(terminal: Terminal) -> None:
    for path in sorted(REFERENCES.glob("*.npz"))[:4]:
        reference = np.load(path)
        if "W1" not in reference:
            continue
        task = str(reference["task"])
        terminal("new", path.stem, "--data", str(path), "--task", task, "--scale", "none", "--split", "1,0,0")
        settings = json.loads(str(reference["hyperparameters"]))
        words = []
        for name, value in settings.items():
            words += ["-s", f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"]
        exact = ["-s", "dtype=float64", "-s", "shuffle=false", "-s", "monitor=full", "--initial-parameters", str(path)]
        terminal.json("run", path.stem, *words, *exact)
        curve = terminal.json("show", path.stem, "1", "--curve")["curve"]
        np.testing.assert_allclose(curve["train_cost"], reference["cost"], rtol=1e-9)


def test_a_command_that_is_proposed_can_be_typed_as_it_stands(terminal: Terminal) -> None:
    assert "`tunedeck 'my data'` opens it" in terminal("new", "my data", "--data", "iris")[1]
    assert "`tunedeck 'my data'`" in terminal("new", "my data", "--data", "iris")[2]
    assert "`tunedeck show 'my data' 1`" in terminal("run", "my data", *FAST, "--detach")[1]
    terminal("stop", "my data")
    assert "`tunedeck run 'my data' --parent 1" in terminal("change", "my data", "1", "-s", "learning_rate=1")[2]


def test_new_gives_what_it_notes_about_the_data_also_as_json(terminal: Terminal, tmp_path: Path) -> None:
    data = tmp_path / "own.csv"
    data.write_text("size,size,same,kind\n" + "".join(f"{n},{n % 5 or ''},1,{'ab'[n % 2]}\n" for n in range(60)))
    notes = terminal.json("new", "own", "--data", str(data))["notes"]
    assert len(notes) >= 3
    assert all(each.endswith(".") for each in notes)
    printed = terminal("new", "again", "--data", str(data))[1]
    assert [f"  {each}" for each in notes] == [line for line in printed.splitlines() if line.startswith("  ")]
    assert terminal.json("list")[0]["notes"] == notes


def test_a_session_is_not_called_like_a_command(terminal: Terminal, root: Path) -> None:
    code, _, err = terminal("new", "list", "--data", "iris")
    assert code == 2
    assert "`tunedeck list` is a command" in err
    assert not (root / "list").exists()


@pytest.mark.parametrize("words", [["--csv"], ["--sort", "score"], ["--limit", "3"], ["--filter", "a"]])
def test_what_is_about_experiments_is_not_ignored_in_a_list_of_sessions(iris: Terminal, words: list[str]) -> None:
    code, out, err = iris("list", *words)
    assert (code, out) == (2, "")
    assert f"{words[0]} is about the experiments of one session" in err


def test_without_validation_rows_there_is_no_look_at_them(terminal: Terminal) -> None:
    terminal("new", "all", "--data", "iris", "--split", "1,0,0")
    assert terminal.json("run", "all", *FAST)["state"] == "finished"
    assert terminal.json("show", "all", "1")["session_looks"] == 0
    _, out, err = terminal("list", "all")
    assert "?" not in out
    assert "looks" not in err


def test_folds_without_validation_rows_are_told_by_the_rows_that_they_validate(terminal: Terminal) -> None:
    terminal("new", "s", "--data", "iris", "--split", "0.8,0,0.2")
    told = terminal("run", "s", *FAST, "--folds", "3")[1]
    assert "validation cost" in told
    assert "(mean of 3 fits)" in told
    plain = terminal("run", "s", *FAST)[1]
    document = terminal.json("show", "s", "2")
    assert f"train cost {document['fits'][0]['train_cost']:.3g}"[:14] in plain
    assert "validation cost" not in plain.splitlines()[0]


def test_an_empty_list_says_why(iris: Terminal) -> None:
    assert "There are no experiments yet." in iris("list", "iris")[2]
    iris.json("run", "iris", *FAST, "--tag", " a ")
    assert "No experiment matches." in iris("list", "iris", "--filter", "nothing")[2]
    assert iris.json("show", "iris", "1")["tags"] == ["a"]
    assert iris("note", "iris", "1", "--tag", " ")[0] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("learning_rat=0.03", "There is no hyperparameter 'learning_rat': use learning_rate, "),
        ("done -nope=3", "There is no hyperparameter 'nope': use learning_rate, epochs, "),
        ("cost<0.3", "'cost<0.3' is not understood by a filter: use NAME=VALUE without blanks, or words"),
    ],
)
def test_a_filter_by_what_is_not_there_is_wrong_use_and_names_what_is(iris: Terminal, words: str, told: str) -> None:
    code, out, err = iris("list", "iris", "--filter", words)
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert "state, verdict, tags" in err


def test_predictions_of_ones_own_csv_name_the_classes(terminal: Terminal, tmp_path: Path) -> None:
    rows = ["size,colour,kind"]
    rows += [f"{place % 7 + (place % 3) * 10},{'red' if place % 2 else ''},{'abc'[place % 3]}" for place in range(60)]
    data = tmp_path / "own.csv"
    data.write_text("\n".join(rows) + "\n")
    terminal("new", "own", "--data", str(data))
    terminal.json("run", "own", "-s", "epochs=30")
    code, out, _ = terminal("predict", "own", "1", "--data", str(data))
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "kind,probability_a,probability_b,probability_c"
    document = terminal.json("predict", "own", "1", "--data", str(data))
    assert (document["id"], document["rows"], document["target"]) == (1, 60, "kind")
    assert terminal("predict", "own", "1", "--data", str(data), "-o", str(tmp_path / "x.json"))[0] == 0
    assert json.loads((tmp_path / "x.json").read_text()) == document
    assert document["predictions"] == [line.split(",")[0] for line in lines[1:]]
    assert document["probabilities"]["b"] == pytest.approx([float(line.split(",")[2]) for line in lines[1:]], rel=1e-5)
    predicted = [line.split(",")[0] for line in lines[1:]]
    assert sum(name == "abc"[place % 3] for place, name in enumerate(predicted)) >= 57


def test_predictions_are_csv_in_any_file_that_is_not_called_json_and_only_that_is_made(
    iris: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iris.json("run", "iris", *FAST)
    data = tmp_path / "new.csv"
    data.write_text("sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5,3,1.5,0.2\n6,3,5,2\n")
    csv_text = iris("predict", "iris", "1", "--data", str(data))[1]
    iris("predict", "iris", "1", "--data", str(data), "-o", str(tmp_path / "x.JSON"))
    assert json.loads((tmp_path / "x.JSON").read_text())["rows"] == 2
    monkeypatch.setattr(Predictions, "to_document", lambda _: pytest.fail("a document was made"))
    for name in ("preds.txt", "preds", "preds.csv"):
        assert iris("predict", "iris", "1", "--data", str(data), "-o", str(tmp_path / name))[0] == 0
        assert (tmp_path / name).read_text() == csv_text


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["run", "iris", "-s", "learning_rate=abc"], 2, "'abc'"),
        (["run", "iris", "-s", "learning_rate=-1"], 2, "-1"),
        (["run", "iris", "-s", "learning_rate=1e999"], 2, "1e999"),
        (["run", "iris", "-s", "hidden_units=0"], 2, "hidden_units"),
        (["run", "iris", "-s", "nonsense=1"], 2, "nonsense"),
        (["run", "iris", "-s", "epochs"], 2, "NAME=VALUE"),
        (["run", "iris", "--folds", "1"], 2, "--folds"),
        (["run", "iris", "--initial-parameters", "nowhere.npz"], 3, "nowhere.npz"),
        (["run", "nowhere"], 3, "nowhere"),
        (["show", "iris", "99"], 3, "99"),
        (["show", "iris", "x"], 2, "'x'"),
        (["new", "../x", "--data", "iris"], 2, "../x"),
        (["new", "a\x1b[31m", "--data", "iris"], 2, "\\x1b"),
        (["new", "iris", "--data", "iris"], 2, "exists"),
        (["new", "other", "--data", "nowhere.csv"], 3, "nowhere.csv"),
        (["new", "other", "--data", "iris", "--split", "1,1"], 2, "1,1"),
        (["new", "other", "--data", "iris", "--scale", "big"], 2, "big"),
        (["new", "other", "--data", "iris", "--task", "magic"], 2, "magic"),
        (["list", "iris", "--sort", "beauty"], 2, "beauty"),
        (["note", "iris", "1"], 2, "--conclusion"),
        (["diagnose", "nowhere.csv"], 3, "nowhere.csv"),
        (["run"], 2, "SESSION"),
        ([], 2, "terminal"),
    ],
)
def test_bad_input_gets_one_sentence_and_the_right_code(
    iris: Terminal, words: list[str], code: int, named: str
) -> None:
    found, out, err = iris(*words)
    assert (found, out) == (code, "")
    assert named in err
    assert len(err.strip().splitlines()) == 1
    assert iris.json("list", "iris") == []


def test_a_root_that_cannot_be_written_is_one_sentence(terminal: Terminal, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code, _, err = terminal("--root", str(blocked / "below"), "new", "x", "--data", "iris")
    assert code == 1
    assert "--root" in err


def test_markup_and_escapes_in_a_persons_words_are_shown_not_obeyed(iris: Terminal) -> None:
    iris.json("run", "iris", *FAST, "--idea", "[bold]x[/bold]\x1b[31mred\x07")
    _, out, _ = iris("list", "iris")
    assert "[bold]x[/bold]" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_a_session_folder_can_be_copied_and_read_under_another_name(iris: Terminal, root: Path) -> None:
    iris.json("run", "iris", *FAST)
    shutil.copytree(root / "iris", root / "copy")
    assert iris.json("show", "copy", "1", "--curve")["curve"]["epoch"] == [0, 1, 2, 3]


def test_diagnose_tells_what_a_foreign_curve_shows(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    lines = [f"{epoch},{2.0 * 3**epoch},{2.1 * 3**epoch}" for epoch in range(12)]
    path.write_text("epoch,train_cost,validation_cost\n" + "\n".join(lines))
    assert terminal.json("diagnose", str(path))["kind"] == "diverged"
