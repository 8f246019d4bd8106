"""The story of a session: what it tells, in which order, and that nobody's words act in it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.hyperparameters import Hyperparameters
from engine.records import Task, Verdict, VerdictKind
from engine.search.pruning import Pruner
from engine.search.space import Space
from sessions.drafting import draft
from sessions.markdown import plain
from sessions.milestones import milestones
from sessions.records import Best, Change, Experiment, Look, SessionInfo, Snapshot, State
from sessions.reporting import report
from sessions.search.records import Budget, Outcome, Sampler, Sweep

BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(days=9)
INFO = SessionInfo(
    name="wine", task=Task.MULTICLASS, source="wine", target="kind", classes=("a", "b", "c"), features=13,
    train_rows=106, validation_rows=36, test_rows=36, split=(0.6, 0.2, 0.2), scale="standard", seed=0,
    score_name="accuracy", fingerprint="0123456789abcdef", created=BEGIN, notes=("2 missing values were filled.",),
)  # fmt: skip


def experiment(number: int, cost: float | None, *, days: float = 0, **fields: object) -> Experiment:
    begun = draft(fields.pop("hyperparameters", Hyperparameters()), now=lambda: BEGIN + timedelta(days=days))
    best = None if cost is None else Best(7, cost, 1 - cost)
    return replace(begun, number=number, best=best, **{"state": State.FINISHED, "seconds": 3.0, **fields})


def sweep(outcome: Outcome | None, **fields: object) -> Sweep:
    space = Space.from_text({"learning_rate": "0.01..0.3", "hidden_units": "8|16"}, Hyperparameters())
    made = Sweep(
        1, "uid", State.FINISHED, space, Sampler.TPE, Pruner.NONE, Budget(trials=8), True, 1, 0, 0,
        BEGIN + timedelta(days=2), idea="how fast?", outcome=outcome, ended="The budget is spent.",
    )  # fmt: skip
    return replace(made, **fields)


def story(experiments: Sequence[Experiment] = (), **fields: object) -> str:
    return report(Snapshot(replace(INFO, **fields.pop("info", {})), tuple(experiments), {}, False, **fields), NOW)


def section(text: str, title: str) -> str:
    return text.split(f"## {title}\n\n")[1].split("\n\n## ")[0].rstrip("\n")


OUTCOME = Outcome(3, True, 0.969, 0.958, 0.951, 0.966, 60, 36, luck=0.1)
LOOK = Look(1, 2, "we ship it", 0.955, 0.15, {"accuracy": 0.955}, 1, BEGIN + timedelta(days=3))


def test_a_session_without_experiments_has_a_whole_story() -> None:
    text = story()
    assert "No experiment that is over has a validation cost yet." in section(text, "The winner and what it is worth")
    assert section(text, "Timeline") == "Nothing was tried yet."
    assert section(text, "Looks at the test rows") == "None: the 36 test rows are sealed."


def test_the_data_are_told_with_split_score_and_what_was_done_to_them() -> None:
    told = section(story(), "Data")
    for part in ("106 train, 36 validation, 36 test", "split 0.6, 0.2, 0.2", "accuracy", "2 missing values were"):
        assert part in told


def test_the_timeline_goes_by_date_whatever_the_numbers() -> None:
    told = section(story([experiment(1, 0.3, days=5), experiment(2, 0.2, days=1)], looks=(LOOK,)), "Timeline")
    parts = ["### 2026-01-02", "**#2**", "### 2026-01-04", "**Look 1**", "### 2026-01-06", "**#1**"]
    assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)


def test_an_experiment_is_told_with_idea_figures_verdict_and_conclusion() -> None:
    verdict = Verdict(VerdictKind.CONVERGED, "flat since epoch 5")
    told = section(story([experiment(1, 0.25, idea="slower", verdict=verdict, conclusion="keep")]), "Timeline")
    for part in (
        "validation cost 0.25, accuracy 0.750 at epoch 7",
        "Idea: slower",
        "converged: flat",
        "Conclusion: keep",
    ):
        assert part in told


def test_what_changed_is_told_against_the_parent_or_the_defaults() -> None:
    first = experiment(1, 0.3, hyperparameters=Hyperparameters(learning_rate=0.1, epochs=5))
    second = experiment(2, 0.4, parent=1, hyperparameters=Hyperparameters(learning_rate=0.2, epochs=5))
    orphan = experiment(3, 0.5, parent=77)
    told = section(story([first, second, orphan]), "Timeline")
    changed = [line.split("Changed: ")[1] for line in told.splitlines() if "Changed: " in line]
    assert changed == ["`learning_rate=0.1`, `epochs=5`", "`learning_rate=0.2` (from #1)", "defaults"]


def test_a_value_changed_in_training_is_told() -> None:
    change = Change("learning_rate", 0.1, 0.05, BEGIN)
    assert "`learning_rate` 0.1 → 0.05" in story([experiment(1, 0.3, changes=(change,))])


def test_milestones_are_where_the_best_improved() -> None:
    several = [
        experiment(1, 0.5), experiment(2, math.nan), experiment(3, 0.6), experiment(4, 0.1, state=State.FAILED),
        experiment(5, None), experiment(6, 0.4), experiment(7, 0.4),
    ]  # fmt: skip
    assert [each.experiment.number for each in milestones(several)] == [1, 6]
    text = story(several)
    assert section(text, "Milestones").count("\n| #") == 2
    assert text.count("★ new best") == 2


def ended(number: int, cost: float, hours: float, **fields: object) -> Experiment:
    """An experiment that was queued at once and whose figures came some hours later."""
    made = experiment(number, cost, **fields)
    at = BEGIN + timedelta(hours=hours)
    return replace(made, fits=tuple(replace(each, state=State.FINISHED, ended=at) for each in made.fits))


def test_a_new_best_is_better_than_all_that_was_known_when_its_figures_came() -> None:
    long, short, worse = ended(1, 0.1, 30), ended(2, 0.3, 1), ended(3, 0.2, 31)
    assert [(each.experiment.number, each.at) for each in milestones([long, short, worse])] == [
        (2, BEGIN + timedelta(hours=1)),
        (1, BEGIN + timedelta(hours=30)),
    ]
    told = section(story([long, short, worse]), "Timeline")
    lines = [line for line in told.splitlines() if line.startswith(("###", "- "))]
    assert [line.split(": ")[0].removesuffix(" finished") for line in lines] == [
        "### 2026-01-01", "- 10:00 **#2**", "### 2026-01-02", "- 15:00 **#1**", "- 16:00 **#3**",
    ]  # fmt: skip
    assert ["new best" in line for line in lines] == [False, True, False, True, False]


def test_a_confirmation_takes_the_lead_when_it_is_known() -> None:
    first = ended(1, 0.1, 1, sweep=1)
    fresh = tuple(replace(first.fits[0], number=2 + each, ended=BEGIN + timedelta(hours=5)) for each in range(2))
    confirmed = replace(first, fits=first.fits + fresh, fresh=2, confirmed=Best(7, 0.2, 0.8))
    found = milestones([confirmed, ended(2, 0.05, 2)])
    assert [(each.experiment.number, each.best.validation_score) for each in found] == [(1, 0.9), (2, 0.95), (1, 0.8)]
    assert found[-1].at == BEGIN + timedelta(hours=5)


def test_what_leads_by_being_repeated_is_not_called_a_new_best() -> None:
    lucky = ended(1, 0.03, 1)
    repeated = ended(2, 0.06, 2)
    repeated = replace(repeated, fits=(*repeated.fits, replace(repeated.fits[0], number=2)))
    text = story([lucky, repeated])
    told = section(text, "Timeline").splitlines()
    assert [line.split("**")[3] for line in told if line.startswith("- ")] == ["★ new best", "★ leads, being repeated"]
    assert "lead because they rest on more than one training" in section(text, "Milestones")
    assert "because they rest" not in section(story([ended(1, 0.06, 1), ended(2, 0.03, 2)]), "Milestones")
    trial = replace(repeated, sweep=1)
    assert "★ leads, being repeated: #2" in section(
        story([lucky, _confirmed(trial)], sweeps=(sweep(None),)), "Timeline"
    )


def _confirmed(trial: Experiment) -> Experiment:
    return replace(trial, fits=(*trial.fits, replace(trial.fits[0], number=3)), fresh=2, confirmed=trial.best)


def test_a_sweep_is_folded_to_its_promise_expectation_and_looks() -> None:
    trials = [experiment(number, 0.4 - number / 100, days=2, sweep=1, trial=number) for number in range(1, 31)]
    told = section(story(trials, sweeps=(sweep(OUTCOME),)), "Timeline")
    assert len(told.splitlines()) < 12
    for part in (
        "30 finished", "`learning_rate` ", "how fast?", "#3 promised accuracy 0.969 over fresh seeds",
        "after 60 looks, at 36 validation rows", "Expected on new rows 0.958, 80 % within 0.951 … 0.966",
        "The lead is mostly real", "★ new best: #30",
    ):  # fmt: skip
        assert part in told


def test_only_the_latest_of_several_sweeps_says_whether_to_go_on() -> None:
    trials = [experiment(3, 0.1, sweep=1), experiment(5, 0.2, sweep=2)]
    fitted = replace(OUTCOME, winner=5, luck=0.9)
    text = story(trials, sweeps=(sweep(OUTCOME), sweep(fitted, number=2)))
    assert "more experiments on them will mostly fit them" in text
    assert "The lead is mostly real." in section(text, "The winner and what it is worth")
    assert "still make sense" not in text


def test_a_sweep_that_is_not_over_tells_its_best_so_far() -> None:
    told = story([experiment(1, 0.3, sweep=1)], sweeps=(sweep(None, state=State.RUNNING),))
    assert "Best so far: #1" in told
    assert "The budget is spent" not in told


def test_trials_of_a_sweep_that_was_lost_are_told_one_by_one() -> None:
    assert "**#1** finished" in section(story([experiment(1, 0.3, sweep=4)]), "Timeline")


def test_a_winner_that_rests_on_one_training_is_not_praised() -> None:
    told = section(story([experiment(1, 0.3), experiment(2, 0.2)]), "The winner and what it is worth")
    assert told.startswith("**#2** leads")
    assert "one training that chose it" in told
    assert "2 experiments were compared on the same 36 validation rows" in told
    assert "- 1 experiment was compared on the same 36 validation rows\n" in story([experiment(1, 0.1)])


def test_a_winner_of_a_sweep_is_held_against_what_is_expected_and_its_look() -> None:
    trial = experiment(3, 0.2, sweep=1, confirmed=Best(7, 0.21, 0.969), fresh=0)
    look = replace(LOOK, experiment=3)
    told = section(story([trial], sweeps=(sweep(OUTCOME),), looks=(look,)), "The winner and what it is worth")
    assert told.startswith("**#3** leads: validation cost 0.21, accuracy 0.969")
    assert "the training that chose it: validation cost 0.2, accuracy 0.800" in told
    assert "Expected on new rows 0.958" in told
    assert "test accuracy 0.955" in told


def test_a_leader_that_its_sweep_did_not_choose_is_told_so() -> None:
    trials = [experiment(3, 0.2, sweep=1), experiment(4, 0.1, sweep=1)]
    told = section(story(trials, sweeps=(sweep(OUTCOME),)), "The winner and what it is worth")
    assert told.startswith("**#4** leads")
    assert "Sweep 1 chose #3 instead" in told


def test_the_ledger_tells_every_look_with_its_reason() -> None:
    second = replace(LOOK, number=2, reason="once more")
    told = section(story([experiment(2, 0.2)], looks=(LOOK, second)), "Looks at the test rows")
    for part in ("**Look 1**", "we ship it", "**Look 2**", "once more", "look better than it is"):
        assert part in told


def test_a_session_without_test_rows_says_so() -> None:
    assert "nothing was sealed" in story(info={"test_rows": 0})


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("half the step, then 1.5 times", "half the step, then 1.5 times"),
        ("# head\r\n- item\u2028end", r"\# head - item end"),
        ("- item", r"\- item"),
        ("1. first", r"1\. first"),
        ("1.5 times", "1.5 times"),
        ("===", r"\==="),
        ("> said", "&gt; said"),
        (r"\> \&lt;", r"\\&gt; \\&amp;lt;"),
        ("<b onclick=x>&amp;", "&lt;b onclick=x&gt;&amp;amp;"),
        ("*a* _b_ `c` ~~d~~ a|b $x$", r"\*a\* \_b\_ \`c\` \~\~d\~\~ a\|b \$x\$"),
        ("![i](http://a.b) www.x.y me@x.y", r"\!\[i\]\(http:\/\/a.b\) www\.x.y me&#64;x.y"),
        ("\x1b[31mred\x07 \u202eback \udc80", r"·\[31mred· ·back ·"),
    ],
)
def test_peoples_words_are_shown_as_typed(typed: str, written: str) -> None:
    assert plain(typed) == written


def test_no_word_of_a_person_reaches_the_story_unescaped() -> None:
    evil = "\x1b]0;x\x07\n# h\n<img src=x> [a](b) |"
    trial = experiment(1, 0.3, idea=evil, conclusion=evil, tags=(evil,), error=evil)
    noted = experiment(2, 0.2, sweep=1, conclusion=evil)
    info = {"source": evil, "target": evil, "classes": (evil,), "notes": (evil,)}
    text = story(
        [trial, noted], info=info, sweeps=(sweep(OUTCOME, idea=evil, ended=evil),), looks=(replace(LOOK, reason=evil),),
        messages=(evil,),
    )  # fmt: skip
    assert text.count("&lt;img") == 15
    assert not {"\x1b", "\x07", "<", ">"} & set(text)
    assert "\n# h" not in text
    assert "[a](" not in text
    text.encode()
