"""`tunedeck queue`, `change` and `doctor` as a person or a script uses them, and what `show` tells of it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests_support import Terminal, children_of, conductor_pid, end_conductor, wait_until

from engine.hyperparameters import Hyperparameters
from sessions.drafting import draft
from sessions.history import History
from sessions.one_thread import ONE_THREAD
from sessions.paths import SessionFolder

LONG = ["-s", "epochs=1000000", "-s", "hidden_units=8", "--detach"]


@pytest.fixture
def iris(root: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    terminal = Terminal(capsys)
    assert terminal("new", "iris", "--data", "iris")[0] == 0
    return terminal


def test_the_queue_is_listed_and_rearranged(iris: Terminal) -> None:
    assert iris.json("queue", "iris", "--workers", "1") == {"workers": 1, "queue": []}
    for units in ("8", "24", "40", "56"):  # of different shapes, so that no two are trained together
        iris("run", "iris", *LONG, "-s", f"hidden_units={units}")
    wait_until(lambda: iris.json("show", "iris", "1", "--curve")["curve"]["epoch"])
    queue = iris.json("queue", "iris", "--first", "4", "--hold", "2")
    assert [(each["id"], each["held"]) for each in queue["queue"]] == [(4, False), (3, False), (2, True)]
    code, out, err = iris("queue", "iris", "--release", "2")
    assert (code, out.split()[:2]) == (0, ["1", "#4"])
    assert "3 wait, 1 worker." in err
    iris("stop", "iris")


def test_a_change_is_shown_with_the_experiment_and_its_curve_can_be_replayed(iris: Terminal) -> None:
    iris("run", "iris", *LONG)
    wait_until(lambda: iris.json("show", "iris", "1", "--curve")["curve"]["epoch"])
    code, out, _ = iris("change", "iris", "1", "-s", "learning_rate=0.002", "-s", "l2=0.1")
    assert code == 0
    assert out == "#1 learning_rate 0.01 → 0.002\n#1 l2 0 → 0.1\n"
    wait_until(lambda: iris.json("show", "iris", "1")["events"])
    iris("stop", "iris", "1")
    document = iris.json("show", "iris", "1", "--verify")
    assert document["hyperparameters"]["learning_rate"] == 0.01
    assert [each["to"] for each in document["changes"]] == [0.002, 0.1]
    assert {each["name"] for each in document["events"]} == {"learning_rate", "l2"}
    assert all(each["iteration"] > 0 and each["fit"] == 1 for each in document["events"])
    assert document["verify"]["identical"]
    assert "learning_rate 0.01 → 0.002 in epoch" in iris("show", "iris", "1")[1]


def test_what_an_experiment_had_when_everything_was_killed_is_told_everywhere(iris: Terminal, root: Path) -> None:
    iris("run", "iris", *LONG)
    wait_until(lambda: iris.json("show", "iris", "1")["fits"][0]["epochs"] > 1)
    conductor = conductor_pid(root / "iris")
    for pid in [conductor, *(worker for server in children_of(conductor) for worker in children_of(server))]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: iris.json("show", "iris", "1")["state"] == "interrupted")
    document = iris.json("show", "iris", "1", "--curve")
    assert document["best"]["validation_cost"] == min(document["curve"]["validation_cost"])
    assert document["fits"][0]["epochs"] == document["curve"]["epoch"][-1]
    assert document["seconds"] == document["curve"]["seconds"][-1]
    assert iris.json("list", "iris")[0]["best"] == document["best"]
    assert "1 look at" in iris("list", "iris")[2]
    report = iris("report", "iris")[1]
    assert "interrupted: validation cost" in report
    assert "no figures" not in report
    assert iris("final", "iris", "1", "--reason", "x")[0] == 2


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["change", "iris", "1", "-s", "batch_size=3"], 2, "batch_size is 32 for the whole training"),
        (["change", "iris", "1"], 2, "Nothing to change"),
        (["change", "iris", "1", "-s", "learning_rate=-1"], 2, "learning_rate"),
        (["change", "iris", "9", "-s", "l2=0.1"], 3, "no experiment 9"),
        (["queue", "iris", "--first", "1"], 2, "#1 is running, not queued"),
        (["queue", "iris", "--first", "x"], 2, "'x' is not allowed"),
        (["queue", "iris", "--workers", "0"], 2, "'0' is not allowed"),
        (["doctor", "nowhere"], 3, "no session 'nowhere'"),
    ],
)
def test_what_is_not_allowed_is_told_in_a_sentence(iris: Terminal, words: list[str], code: int, sentence: str) -> None:
    iris("run", "iris", *LONG)
    wait_until(lambda: iris.json("show", "iris", "1")["state"] == "running")
    wait_until(lambda: iris.json("show", "iris", "1", "--curve")["curve"]["epoch"])
    found, out, err = iris(*words)
    iris("stop", "iris", "1")
    assert (found, out) == (code, "")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("command", "code"), [("stop", 0), ("pause", 2), ("resume", 2)])
def test_what_is_finished_is_told_and_left_alone(iris: Terminal, command: str, code: int) -> None:
    before = iris.json("run", "iris", "-s", "epochs=2", "-s", "hidden_units=4")
    found, out, err = iris(command, "iris", "1")
    assert (found, err) == (code, "#1 is finished: nothing was done.\n")
    assert out.startswith("#1 finished")
    after = iris.json("show", "iris", "1")
    assert [after[name] for name in ("state", "seconds", "fits")] == [
        before[name] for name in ("state", "seconds", "fits")
    ]


@pytest.mark.parametrize(("command", "state"), [("pause", "paused"), ("stop", "stopped")])
def test_what_is_finished_is_told_where_others_are_acted_on(iris: Terminal, command: str, state: str) -> None:
    iris.json("run", "iris", "-s", "epochs=2", "-s", "hidden_units=4")
    iris("run", "iris", *LONG)
    wait_until(lambda: iris.json("show", "iris", "2", "--curve")["curve"]["epoch"])
    code, _, err = iris(command, "iris", "1", "2")
    assert (code, err) == (0, "#1 is finished: it was left as it is.\n")
    assert iris.json("show", "iris", "2")["state"] == state
    iris("stop", "iris")


def test_what_does_not_exist_is_told_before_anything_is_done(iris: Terminal) -> None:
    iris.json("run", "iris", "-s", "epochs=100000", "--detach")
    assert iris("stop", "iris", "1", "sweep:7")[0] == 3
    assert iris.json("show", "iris", "1")["state"] in ("queued", "running")
    assert iris("stop", "iris", "1")[0] == 0


def test_a_replaced_note_is_shown(iris: Terminal) -> None:
    iris("run", "iris", "-s", "epochs=1")
    iris("note", "iris", "1", "--conclusion", "too short")
    iris("note", "iris", "1", "--conclusion", "far too short")
    document = iris.json("show", "iris", "1")
    assert [(each["field"], each["text"]) for each in document["earlier"]] == [("conclusion", "too short")]
    shown = iris("show", "iris", "1")[1]
    assert "conclusion: far too short" in shown
    assert "replaced by" in shown


def test_the_doctor_tells_by_its_exit_code_whether_something_is_wrong(iris: Terminal, root: Path) -> None:
    assert iris.json("doctor", "iris")["wrong"] is False
    (root / "iris" / "history.jsonl").chmod(0o644)
    code, out, _ = iris("doctor", "iris")
    assert code == 1
    assert "can be read by other users" in out
    assert "tunedeck doctor iris --repair" in out
    assert iris("doctor", "iris", "--repair")[0] == 0
    everything = iris.json("doctor")
    assert {each["where"] for each in everything["findings"]} == {"iris", "terminal", "machine"}


@pytest.mark.parametrize("named", [["iris"], []])
def test_the_doctor_finds_and_rebuilds_a_session_whose_history_is_gone(
    iris: Terminal, root: Path, named: list[str]
) -> None:
    iris("run", "iris", "-s", "epochs=1")
    before = iris.json("show", "iris", "1")
    end_conductor(root / "iris")
    (root / "iris" / "history.jsonl").unlink()
    code, _, err = iris("show", "iris", "1")
    assert (code, err.count("\n")) == (3, 1)
    assert "`tunedeck doctor iris --repair` rebuilds it" in err
    code, out, _ = iris("doctor", *named)
    assert code == 1
    assert "wrong  iris: " in out
    assert "a new history was begun" in iris("doctor", *named, "--repair")[1]
    assert iris.json("show", "iris", "1")["best"] == before["best"]


def test_a_folder_without_a_session_is_told_of_in_one_way(iris: Terminal, root: Path) -> None:
    (root / "empty").mkdir()
    said = {iris(*words)[2] for words in (["new", "empty", "--data", "iris"], ["empty"], ["list", "empty"])}
    assert said == {f"The folder {root / 'empty'} holds no session: move it away, or choose another name.\n"}


def test_a_session_without_its_description_refuses_every_command_and_keeps_what_it_has(
    iris: Terminal, root: Path
) -> None:
    history = root / "iris" / "history.jsonl"
    history.write_bytes(b"")
    for words in (["run", "iris"], ["queue", "iris", "--workers", "3"], ["sweep", "iris"], ["list", "iris"]):
        code, _, said = iris(*words)
        assert (code, said.splitlines()[-1]) == (
            1,
            "The session 'iris' has lost its description: `tunedeck doctor iris --repair` rebuilds it.",
        )
        assert history.read_bytes() == b""


@pytest.mark.parametrize("lost", ["fits", "fits/1/1/curve", "fits/1/1/spec.json"])
def test_a_curve_that_is_lost_is_told_and_the_doctor_named(iris: Terminal, root: Path, lost: str) -> None:
    iris("run", "iris", "-s", "epochs=2")
    assert iris("show", "iris", "1", "--curve")[2] == ""
    (root / "iris" / lost).rename(root / "elsewhere")
    for more in ([], ["--json"]):
        code, out, said = iris("show", "iris", "1", "--curve", *more)
        assert (code, said) == (0, "The curve of fit 1 of #1 is lost: `tunedeck doctor iris` tells more.\n")
        assert "train cost" not in out
    assert iris("doctor", "iris")[0] == 1


def test_a_large_network_is_replayed_with_one_thread_whatever_the_environment_says(root: Path) -> None:
    many = dict.fromkeys(ONE_THREAD, "4") | {"PYTHONPATH": str(Path(__file__).parents[2])}

    def tunedeck(*words: str) -> str:
        command = [sys.executable, "-m", "tui.main", "--root", str(root), *words]
        return subprocess.run(
            command, env=os.environ | many, capture_output=True, text=True, check=False, timeout=120
        ).stdout

    tunedeck("new", "digits", "--data", "digits")
    large = ["-s", "hidden_units=512,256", "-s", "dtype=float64", "-s", "batch_size=256", "-s", "epochs=2"]
    assert "finished" in tunedeck("run", "digits", *large)
    assert "identical in all 3 points" in tunedeck("show", "digits", "1", "--verify")


def test_a_parent_with_a_value_that_has_no_effect_in_the_task_hands_on_the_others(iris: Terminal, root: Path) -> None:
    assert iris("new", "sine", "--data", "sine")[0] == 0
    old = Hyperparameters(class_weight="balanced", epochs=2, hidden_units=(4,))
    History.open(SessionFolder(root / "sine")).add([draft(old)])
    code, _, told = iris("run", "sine", "--parent", "1")
    assert code == 0
    assert told.count("class_weight=balanced of #1 has no effect in a regression: none takes its place.\n") == 1
    document = json.loads(iris("show", "sine", "2", "--json")[1])
    assert document["parent"] == 1
    assert document["hyperparameters"] == json.loads(json.dumps(old.replace(class_weight="none").to_mapping()))
    for asked in (["--vary", "l2=0.1|1", "--trials", "2"], ["--preset", "lr_range_test"]):
        code, _, told = iris("sweep", "sine", "--parent", "1", *asked, "--dry-run")
        assert (code, "class_weight=balanced of #1" in told) == (0, True)
    assert iris("run", "sine", "--parent", "1", "-s", "class_weight=balanced")[0] == 2
