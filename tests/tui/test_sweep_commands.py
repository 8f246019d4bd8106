"""`tunedeck sweep`, `final` and `compare` as a person types them."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests_support import wait_until

from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.search.planning import draft_sweep
from sessions.search.records import Budget
from tui.main import main

QUICK = ["-s", "epochs=2", "-s", "hidden_units=4"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as left:
            code = int(left.code or 0)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    assert command("new", "s", "--data", "iris")[0] == 0
    return command


def document(run: Run, *words: str) -> Any:
    code, out, _ = run(*words, "--json")
    assert code == 0
    return json.loads(out)


def swept(run: Run, *words: str) -> Any:
    return document(run, "sweep", "s", "--vary", "learning_rate=0.01..0.3", *QUICK, *words)


def test_a_sweep_tells_its_winner_what_it_promises_and_what_to_expect(run: Run) -> None:
    found = swept(run, "--trials", "12")
    assert (found["id"], found["state"], found["trials"]) == (1, "finished", {"finished": 9})
    assert found["best"]["sweep"] == 1
    assert found["best"]["confirmed"]["validation_score"] == found["promised"]
    assert found["expected"]["low"] <= found["expected"]["value"] <= found["expected"]["high"]
    assert (found["looks"], found["confirmed"]) == (9, True)
    shown = document(run, "show", "s", str(found["best"]["id"]))
    assert found["best"].items() <= shown.items()
    code, out, _ = run("sweep", "s", "--resume", "1")
    assert code == 0
    assert f"promises accuracy {found['promised']:.3f}" in out
    assert "after 9 looks, at" in out
    assert f"best #{found['best']['id']} accuracy {found['promised']:.3f}" in run("list")[1]
    best, *others = found["leaderboard"]
    assert (best["id"], best["validation_score"]) == (found["best"]["id"], pytest.approx(found["promised"]))
    assert [each["validation_score"] for each in others] == sorted(
        (each["validation_score"] for each in others), reverse=True
    )


def test_looks_of_the_whole_session_are_told_beside_those_of_a_sweep(run: Run) -> None:
    found = swept(run, "--trials", "12")
    assert (found["looks"], found["session_looks"]) == (9, 9)
    assert "after 9 looks, at 30 validation rows" in run("show", "s", "sweep:1")[1]
    assert [document(run, "run", "s", *QUICK)["session_looks"] for _ in range(2)] == [10, 11]
    again = document(run, "show", "s", "sweep:1")
    assert (again["looks"], again["session_looks"]) == (9, 11)
    assert {each["session_looks"] for each in document(run, "list", "s")} == {11}
    assert document(run, "list")[0]["session_looks"] == document(run, "show", "s", "11")["session_looks"] == 11
    told = "after 9 looks of 11 in this session, at 30 validation rows"
    assert told in run("show", "s", "sweep:1")[1]
    assert told in run("show", "s", str(found["best"]["id"]))[1]
    assert told in run("report", "s")[1]
    assert "11 looks at the 30 validation rows in this session" in run("show", "s", "11")[1]
    assert "11 looks at the 30 validation rows in this session" in run("list", "s")[2]


def test_what_a_sweep_compared_by_repeats_is_not_said_to_rest_on_one_training(run: Run) -> None:
    found = swept(run, "--trials", "3", "--repeats", "2")
    assert found["leaderboard"][0]["fits"] == 2
    assert "? rests on the repeats or folds by which its sweep compared it: " in run("list", "s")[2]


def test_a_small_grid_says_how_many_trials_would_confirm(run: Run) -> None:
    grid = ["--vary", "learning_rate=0.01|0.1", "--vary", "l2=0|0.01", "--sampler", "grid", "--repeats", "2"]
    told = "Too few trials to confirm the best with fresh seeds: --trials 8 has room for it."
    assert document(run, "sweep", "s", *grid, "--dry-run")["notes"] == [told]
    enough = document(run, "sweep", "s", *grid, "--trials", "8", "--dry-run")
    assert (enough["notes"], enough["confirmation"]) == ([], 4)


def test_a_winner_that_is_not_confirmed_says_why(run: Run) -> None:
    found = swept(run, "--trials", "3", "--no-confirm")
    assert found["unconfirmed"] == "Not confirmed: the sweep was not asked to train the best again with fresh seeds."
    few = swept(run, "--trials", "3")
    remedy = "a sweep with --trials 8 has room for it."
    assert few["unconfirmed"] == f"Not confirmed: too few trials to train the best again with fresh seeds; {remedy}"
    for words in (["show", "s", "sweep:2"], ["show", "s", str(few["best"]["id"])], ["report", "s"]):
        assert few["unconfirmed"] in run(*words)[1]
    assert swept(run, "--trials", "12")["unconfirmed"] is None


def test_list_show_and_csv_give_a_confirmed_winner_the_figures_it_leads_by(run: Run) -> None:
    found = swept(run, "--trials", "16")
    winner, promised = str(found["best"]["id"]), found["promised"]
    confirmed = [each["id"] for each in found["leaderboard"] if each["confirmed"]]
    by_score = {each["id"]: each["validation_score"] for each in found["leaderboard"]}
    assert len(confirmed) == 2
    [row] = run("list", "s", "--filter", f"#{winner}")[1].splitlines()[1:]
    assert row.split()[:5] == [winner, "★", "finished", row.split()[3], f"{promised:.3f}"]
    assert row.split()[5] != "?"
    rows = run("list", "s")[1].splitlines()[1:]
    assert [" ? " not in each for each in rows] == [int(each.split()[0]) in confirmed for each in rows]
    table = run("list", "s", "--sort", "score", "--csv")[1].splitlines()[1:]
    assert {int(row.split(",")[0]): float(row.split(",")[3]) for row in table} == pytest.approx(by_score)
    assert [int(row.split(",")[0]) for row in table] == [each["id"] for each in found["leaderboard"]]
    shown = run("show", "s", winner)[1].splitlines()
    assert f"accuracy {promised:.3f} ± " in shown[0]
    assert "(mean of 2 fresh fits)" in shown[0]
    told = shown[0].partition("accuracy ")[2].partition(" at epoch")[0]
    for lines in (run("show", "s", "sweep:1")[1], run("report", "s")[1]):
        assert told in lines
    [accuracy] = [line.split() for line in shown if line.startswith("  validation accuracy")]
    assert float(accuracy[2]) == pytest.approx(promised, abs=1e-4)


def test_a_pause_returns_when_the_trials_of_the_sweep_are_halted(run: Run, root: Path) -> None:
    long = ["-s", "epochs=100000", "-s", "hidden_units=4", "--trials", "8", "--workers", "1"]
    run("sweep", "s", "--vary", "learning_rate=0.01..0.3", *long, "--detach")
    history = History.open(SessionFolder(root / "s"))

    def is_training() -> bool:
        history.refresh()
        running = [str(each.number) for each in history.trials(1) if each.state.value == "running"]
        return bool(running) and "validation cost" in run("show", "s", running[0])[1]

    wait_until(is_training)
    code, out, _ = run("pause", "s", "sweep:1")
    assert code == 0
    assert "running" not in out
    assert "paused" in out
    trial = str(document(run, "list", "s", "--filter", "paused")[0]["id"])
    shown = run("show", "s", trial)[1].splitlines()[0]
    assert "validation cost" in shown
    assert run("pause", "s", trial)[1].rstrip() == shown
    history.close()
    run("stop", "s", "sweep:1")


def test_the_shape_can_be_fixed_as_it_can_be_varied(run: Run) -> None:
    words = ["--vary", "units_per_layer=8|16", "-s", "hidden_layers=3", "--sampler", "grid", "--dry-run"]
    found = document(run, "sweep", "s", *words)
    assert [each["hidden_units"] for each in found["configurations"]] == [[8, 8, 8], [16, 16, 16]]


def test_a_dry_run_prints_the_configurations_and_runs_none(run: Run) -> None:
    grid = ["--vary", "l2=0.001|0.01", "--sampler", "grid", "--dry-run"]
    found = swept(run, *grid)
    assert len(found["configurations"]) == 2 * 4
    assert {each["epochs"] for each in found["configurations"]} == {2}
    assert document(run, "list", "s") == []
    code, out, _ = run("sweep", "s", "--vary", "l2=0.001|0.01", "--sampler", "grid", "--dry-run")
    assert code == 0
    assert "l2=0.01" in out


def test_a_dry_run_says_how_many_trainings_confirm_the_best(run: Run) -> None:
    tell = ["sweep", "s", "--dry-run", "--vary"]
    assert "1 configuration, 4 trainings (3 of them to confirm the best)" in run(*tell, "learning_rate=0.1")[1]
    assert "1 configuration, 1 training\n" in run(*tell, "learning_rate=0.1", "--no-confirm")[1]
    assert document(run, *tell, "epochs=10..20")["confirmation"] == 15


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "nothing to vary"),
        (["--vary", "learning_rate=0.3..0.001"], "swap"),
        (["--vary", "learning_rate=log:0..1"], "above 0"),
        (["--vary", "l2=log:0..1"], "cannot hold"),
        (["--vary", "activation=relu|sine"], "sine"),
        (["--vary", "nonsense=1|2"], "nonsense"),
        (["--vary", "learning_rate"], "NAME=RANGE"),
        (["--vary", "momentum=0.1..0.9:4000", "--vary", "l2=0.1..1:4000", "--sampler", "grid"], "configurations"),
        (["--vary", "l2=0.1..1", "--trials", "0"], "--trials"),
        (["--vary", "l2=0.1..1", "--workers", "0"], "--workers"),
        (["--vary", "l2=0.1..1", "--folds", "60"], "rarest class"),
        (["--vary", "l2=0.1..1", "--folds", "1"], "--folds"),
        (["--vary", "l2=0.1..1", "--minutes", "-1"], "--minutes"),
        (["--vary", "l2=0.1..1", "--sampler", "magic"], "--sampler"),
        (["--vary", "l2=0.1..1", "--pruner", "magic"], "--pruner"),
        (["--vary", "l2=0.1..1", "--preset", "learning_rate"], "--vary"),
        (["--preset", "magic"], "lr_range_test"),
        (["-s", "hidden_layers=1"], "nothing to vary"),
        (["--vary", "l2=0.1..1", "-s", "hidden_layers=many"], "hidden_layers"),
        (["--vary", "l2=0.1..1", "-s", "hidden_layers"], "NAME=VALUE"),
        (["--vary", "hidden_units=8|16", "-s", "hidden_layers=1"], "both decide the layers"),
        (["--vary", "l2=0.1..1", "--resume", "1"], "--vary is for a new sweep"),
        (["--vary", "l2=0.1..1", "--resume", "1"], "or use --widen NAME"),
        (["--resume", "1", "--trials", "5"], "or use --add-trials N"),
        (["--add-trials", "5", "-s", "epochs=3"], "-s is for a new sweep"),
        (["--widen", "l2", "--sampler", "grid"], "--sampler is for a new sweep"),
        (["--retry", "--pruner", "none"], "--pruner is for a new sweep"),
        (["--resume", "1", "--dry-run"], "--dry-run is for a new sweep"),
        (["--resume", "1", "--no-confirm"], "--no-confirm is for a new sweep"),
        (["--resume", "1", "--repeats", "1"], "--repeats is for a new sweep"),
        (["--resume", "1", "--folds", "0"], "--folds is for a new sweep"),
        (["--resume", "1", "--seed", "0"], "--seed is for a new sweep"),
        (["--resume", "1", "--idea", "x"], "--idea is for a new sweep"),
        (["--resume", "1", "--epochs-budget", "9"], "--epochs-budget is for a new sweep"),
        (["--resume", "1", "--minutes", "9"], "--minutes is for a new sweep"),
        (["--workers", "2", "--trials", "5"], "nothing to vary"),
        (["--workers", "2"], "no sweep 1"),
        (["--preset", "lr_range_test", "--vary", "l2=0.1..1"], "--vary has no part in the preset lr_range_test"),
        (["--preset", "lr_range_test", "--folds", "3"], "--folds has no part"),
        (["--preset", "lr_range_test", "--resume", "1"], "--resume has no part"),
        (["--preset", "lr_range_test"], "--detach has no part"),
        (["--resume", "1"], "no sweep 1"),
    ],
)
def test_a_wrong_sweep_is_refused_in_one_sentence(run: Run, words: Sequence[str], part: str) -> None:
    code, out, err = run("sweep", "s", *words, "--detach")
    assert code == (3 if "no sweep" in part else 2)
    assert out == ""
    assert part in err
    assert len(err.strip().splitlines()) == 1
    assert document(run, "list", "s") == []


def test_a_detached_sweep_is_paused_resumed_and_stopped(run: Run, root: Path) -> None:
    long = ["--vary", "l2=0.001..0.1", "-s", "epochs=100000", "-s", "hidden_units=8", "--trials", "8", "--detach"]
    begun = document(run, "sweep", "s", *long)
    assert (begun["id"], begun["state"], begun["promised"]) == (1, "running", None)
    wait_until(lambda: any(each["state"] == "running" for each in document(run, "list", "s")))
    wait_until(lambda: (found := document(run, "show", "s", "sweep:1"))["done"] > 0 and found["eta_seconds"])
    assert "sweep 1 paused" in run("pause", "s", "sweep:1")[1]
    wait_until(lambda: {each["state"] for each in document(run, "list", "s")} == {"paused"})
    done = document(run, "show", "s", "sweep:1")["done"]
    assert run("resume", "s", "sweep:1")[0] == 0
    assert document(run, "show", "s", "sweep:1")["done"] >= done > 0
    wait_until(lambda: any(each["state"] == "running" for each in document(run, "list", "s")))
    assert run("stop", "s")[0] == 0
    wait_until(lambda: {each["state"] for each in document(run, "list", "s")} == {"stopped"})
    assert "sweep 1 stopped" in run("stop", "s", "sweep:1")[1]
    assert "`tunedeck sweep s --resume 1` goes on with sweep 1" in run("resume", "s")[2]
    assert "--resume" not in run("pause", "s")[2]


def test_the_range_test_proposes_a_learning_rate_and_enters_nothing(run: Run) -> None:
    found = document(run, "sweep", "s", "--preset", "lr_range_test")
    assert len(found["learning_rate"]) == len(found["train_cost"])
    assert 1e-4 <= found["proposal"]["learning_rate"] <= 1
    assert "Try learning_rate=" in run("sweep", "s", "--preset", "lr_range_test")[1]
    assert document(run, "list", "s") == []


def test_a_range_test_is_told_of_by_a_dry_run_and_not_trained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.commands.range_testing.range_test", None)
    code, out, _ = run("sweep", "s", "--preset", "lr_range_test", "--dry-run")
    assert code == 0
    assert "One training of 120 updates by 32 rows, α rising from 1e-05 to 10" in out
    assert run("sweep", "s", "--preset", "lr_range_test", "--dry-run", "-s", "epochs=9")[0] == 2
    told = document(run, "sweep", "s", "--preset", "lr_range_test", "--dry-run")
    assert (len(told["learning_rate"]), told["train_cost"], told["proposal"]) == (120, None, None)


def test_workers_alone_are_those_of_the_last_sweep(run: Run, root: Path) -> None:
    swept(run, "--trials", "3", "--no-confirm")
    code, out, _ = run("sweep", "s", "--workers", "3")
    assert code == 0
    assert out.startswith("sweep 1 finished")
    history = History.open(SessionFolder(root / "s"))
    assert history.setting("workers", 0) == 3
    history.close()


def test_workers_are_left_as_they_are_where_another_option_is_refused(run: Run, root: Path) -> None:
    swept(run, "--trials", "3", "--no-confirm", "--workers", "2")
    assert run("sweep", "s", "--workers", "3", "--add-trials", "none")[0] == 2
    history = History.open(SessionFolder(root / "s"))
    assert history.setting("workers", 0) == 2
    history.close()


def test_a_look_at_the_test_rows_is_told_wherever_the_experiment_is(run: Run) -> None:
    swept(run, "--trials", "3", "--no-confirm")
    winner = document(run, "show", "s", "sweep:1")["best"]
    number = str(winner["id"])
    assert winner["looks"] == document(run, "show", "s", number)["looks"] == []
    for words in (("show", "s", number), ("show", "s", "sweep:1"), ("export", "s", "--format", "json")):
        assert "test rows" not in run(*words)[1]
    found = document(run, "final", "s", number, "--reason", "the end")
    told = document(run, "show", "s", number)["looks"]
    assert [(each["look"], each["reason"], each["score"]) for each in told] == [(1, "the end", found["score"])]
    assert told[0]["created"] == found["created"]
    assert document(run, "show", "s", "sweep:1")["best"]["looks"] == told
    exported = json.loads(run("export", "s", "--format", "json")[1])
    assert [each["id"] for each in exported if each["looks"] == told] == [winner["id"]]
    assert all(each["looks"] == [] for each in exported if each["id"] != winner["id"])
    for words in (("show", "s", number), ("show", "s", "sweep:1")):
        assert f"look 1 at the test rows, {found['created'][:10]}: accuracy" in run(*words)[1]
        assert "reason: the end" in run(*words)[1]


def test_the_seal_is_broken_with_a_reason_and_each_look_is_counted(run: Run) -> None:
    trained = document(run, "run", "s", *QUICK, "--repeats", "2")
    number = str(trained["id"])
    assert "test" not in json.dumps(trained)
    assert run("final", "s", number)[0] == 2
    assert run("final", "s", number, "--reason", " ")[0] == 2
    first = document(run, "final", "s", number, "--reason", "the end")
    assert (first["look"], first["reason"], first["fits"]) == (1, "the end", 2)
    assert 0 <= first["score"] <= 1
    code, out, _ = run("final", "s", number, "--reason", "once more")
    assert code == 0
    assert "look 2" in out
    assert "looked at once before" in out
    again = document(run, "final", "s", number, "--reason", "third")
    assert (again["look"], again["score"], again["cost"]) == (3, first["score"], first["cost"])


def test_a_look_tells_what_was_promised_and_whether_the_figure_was_expected(run: Run) -> None:
    found = swept(run, "--trials", "12")
    number = str(found["best"]["id"])
    look = document(run, "final", "s", number, "--reason", "the end")
    assert (look["promised"], look["expected"]) == (found["promised"], found["expected"])
    low, high = found["expected"]["low"], found["expected"]["high"]
    assert look["held"] == ("below" if look["score"] < low else "above" if look["score"] > high else "within")
    out = run("final", "s", number, "--reason", "once more")[1]
    assert f"promised {found['promised']:.3f} on the validation rows" in out
    assert f"{look['held']} what was expected: {low:.3f}…{high:.3f}" in out
    single = document(run, "run", "s", *QUICK)
    alone = document(run, "final", "s", str(single["id"]), "--reason", "another")
    assert (alone["promised"], alone["expected"], alone["held"]) == (single["best"]["validation_score"], None, None)


def test_a_session_without_test_rows_has_no_final(run: Run) -> None:
    assert run("new", "bare", "--data", "iris", "--split", "0.7,0.3,0")[0] == 0
    trained = document(run, "run", "bare", *QUICK)
    code, _, err = run("final", "bare", str(trained["id"]), "--reason", "x")
    assert code == 2
    assert "no test rows" in err


def test_compare_shows_only_what_differs_and_says_how_sure_it_is(run: Run) -> None:
    for rate in ("0.0001", "0.1"):
        document(run, "run", "s", "-s", f"learning_rate={rate}", *QUICK, "--repeats", "6")
    found = document(run, "compare", "s", "1", "2")
    assert list(found["differences"]) == ["learning_rate"]
    [pair] = found["pairs"]
    assert (pair["first"], pair["second"], pair["shared"]) == (1, 2, 6)
    fits = [each["fits"] for each in found["experiments"]]
    gaps = [one["validation_score"] - other["validation_score"] for one, other in zip(*fits, strict=True)]
    assert math.isclose(pair["difference"], sum(gaps) / 6, abs_tol=1e-12)
    out = run("compare", "s", "2", "1")[1]
    assert "#2 against #1: better by" in out
    assert "6 shared seeds" in out
    assert "activation" not in out
    assert run("compare", "s", "1")[0] == 2
    assert run("compare", "s", "1", "9")[0] == 3


def test_compare_of_three_names_the_one_that_leads_and_who_differs_from_it(run: Run) -> None:
    for rate in ("0.0001", "0.1", "0.00001"):
        document(run, "run", "s", "-s", f"learning_rate={rate}", *QUICK, "--repeats", "6")
    found = document(run, "compare", "s", "1", "2", "3")
    assert {pair["first"] for pair in found["pairs"]} == {2}
    assert {pair["second"] for pair in found["pairs"]} == {1, 3}
    assert found["text"].startswith("#2 leads by accuracy; against it ")
    assert found["text"] in run("compare", "s", "1", "2", "3")[1]


def test_a_sweep_is_shown_as_it_stands_and_left_alone(run: Run) -> None:
    found = document(run, "sweep", "s", "--vary", "l2=0.001..0.1", *QUICK, "--trials", "2", "--no-confirm")
    assert document(run, "show", "s", "sweep:1") == found
    assert run("show", "s", "sweep:1")[1].startswith("sweep 1 ")
    assert run("show", "s", "sweep:2")[0] == 3
    assert run("show", "s", "sweep:x")[0] == 2


def test_what_is_varied_cannot_be_given_as_well(run: Run) -> None:
    code, _, err = run("sweep", "s", "--vary", "l2=0.001..0.1", "-s", "l2=0.5", "--dry-run")
    assert code == 2
    assert "l2 is varied and given by -s as well" in err


def test_what_is_refused_beside_a_widened_range_leaves_the_range_as_it_was(run: Run) -> None:
    before = swept(run, "--epochs-budget", "16", "--sampler", "random", "--no-confirm")
    code, out, err = run("sweep", "s", "--resume", "1", "--widen", "learning_rate", "--add-trials", "5")
    assert (code, out) == (2, "")
    assert "no budget of trials" in err
    assert "now varies" not in err
    assert document(run, "show", "s", "sweep:1")["space"] == before["space"]


def test_resume_without_a_number_takes_up_a_sweep_that_nobody_steers(run: Run, root: Path) -> None:
    folder = SessionFolder(root / "s")
    history = History.open(folder)
    space = Space.from_text({"l2": "0.001..0.1"}, Hyperparameters(epochs=2, hidden_units=(4,)))
    left = draft_sweep(space, history.info, budget=Budget(trials=3))
    history.sweeps.add(lambda number: replace(left, number=number))
    history.close()
    told = run("show", "s", "sweep:1")[1]
    assert told.startswith("sweep 1 interrupted   0 %  no trials yet\n")
    assert "No process goes on with it: `tunedeck sweep s --resume 1` does." in told
    shown = document(run, "show", "s", "sweep:1")
    assert (shown["state"], shown["done"], shown["eta_seconds"]) == ("interrupted", 0.0, None)
    assert "**Sweep 1** interrupted" in run("report", "s")[1]
    assert "sweep 1 is said to be running, but no process goes on with it" in run("doctor", "s")[1]
    code, out, err = run("resume", "s")
    assert code == 0
    assert out.startswith("sweep 1 ")
    assert "nothing to do" not in err
    wait_until(lambda: document(run, "sweep", "s", "--resume", "1")["state"] == "finished")
    assert "nothing to do: no experiment is paused or interrupted" in run("resume", "s")[2]
    assert "nothing to do: no experiment is queued or running or paused" in run("stop", "s")[2]


def test_folds_that_the_data_does_not_allow_are_refused_before_anything_is_queued(run: Run) -> None:
    code, out, err = run("run", "s", *QUICK, "--folds", "100")
    assert (code, out) == (2, "")
    assert "rarest class" in err
    assert len(err.strip().splitlines()) == 1
    assert document(run, "list", "s") == []


def test_a_session_that_goes_by_f1_says_of_which_class(run: Run, root: Path) -> None:
    code, out, _ = run("new", "rare", "--data", "breast_cancer", "--score", "f1")
    assert code == 0
    assert "f1 is that of 'malignant', the second class by name" in out
    assert "f1 is" not in run("new", "plain", "--data", "breast_cancer")[1]


def test_the_class_that_f1_is_about_can_be_chosen(run: Run, root: Path) -> None:
    code, out, _ = run("new", "other", "--data", "breast_cancer", "--score", "f1", "--positive", "benign")
    assert code == 0
    assert "is 'benign'" in out
    found = document(run, "run", "other", *QUICK)
    assert found["best"]["validation_score"] == found["fits"][0]["scores"]["f1"]
    assert "(of benign)" in run("show", "other", "1")[1]
    assert {each["name"]: each["positive"] for each in document(run, "list")} == {"other": "benign", "s": None}


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (
            "breast_cancer",
            "bening",
            "did you mean 'benign'?): the positive one is benign or malignant",
        ),
        ("iris", "setosa", "has 3 classes"),
        ("diabetes", "1", "has values"),
    ],
)
def test_a_positive_class_that_is_none_is_refused(run: Run, data: str, name: str, sentence: str) -> None:
    code, out, err = run("new", "other", "--data", data, "--positive", name)
    assert (code, out) == (2, "")
    assert sentence in err
