"""What a sweep's figures and words are made of, without a screen."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from fake_workbench import INFO, confirmed, queued, sweep_of, trained

from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters
from engine.records import Task
from engine.search.ranges import parse_range
from sessions.records import State
from sessions.search.records import Budget, Sampler
from tui.plot import Ink
from tui.raster import draw
from tui.sweeps.draft import SpaceDraft, range_text
from tui.sweeps.figures import best_so_far_plot, far_words, slice_plot, time_plot
from tui.sweeps.findings import find
from tui.sweeps.rows import leaderboard, leaderboard_columns
from tui.sweeps.wording import progress_line, status
from tui.zoom import telling_scores

NOW = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


def found(trials: int = 12, *, change=None):
    sweep, made = sweep_of(trials)
    experiments = [each for each, _ in made]
    return find(sweep, experiments if change is None else change(experiments), NOW)


def test_the_line_of_the_best_so_far_never_falls():
    line = best_so_far_plot(found()).lines[0]
    assert list(line.y) == sorted(line.y)
    assert line.y[0] < line.y[-1]


def test_choices_stand_side_by_side_in_a_slice_and_numbers_on_their_scale():
    findings = found()
    assert slice_plot(findings, "activation").span.labels == ("relu", "tanh")
    span = slice_plot(findings, "learning_rate").span
    assert (span.low, span.high, span.is_log) == (0.001, 0.1, True)


def test_nothing_on_the_pareto_front_is_worse_and_slower_than_another():
    front = [mark for mark in time_plot(found()).marks if mark.ink is Ink.GOOD]
    assert front
    assert all(a.y > b.y or a.x < b.x for a in front for b in front if a is not b)


def test_a_figure_is_drawn_even_from_one_trial():
    plots = (best_so_far_plot, partial(slice_plot, name="activation"), time_plot)
    for plot in plots:
        assert len(draw(plot(found(1)), 50, 9).rows) == 9


def test_a_diverged_trial_is_left_out_of_the_figures_and_stands_last():
    def diverge(experiments):
        worst = replace(experiments[0].best, validation_cost=float("nan"), validation_score=float("nan"))
        return [replace(experiments[0], best=worst), *experiments[1:]]

    findings = found(change=diverge)
    assert leaderboard(findings.standing)[-1].number == 1
    assert len(best_so_far_plot(findings).marks) == 12


@pytest.mark.parametrize("way", [1, -1])
def test_trials_that_failed_leave_the_room_to_those_near_the_best(way):
    """Accuracies, and errors, which come negated."""
    near = [0.95, 0.955, 0.96, 0.962, 0.965, 0.967, 0.97] if way > 0 else [-41, -40.5, -40, -39.6, -39.2, -39, -38.8]
    far = [0.1, 0.12] if way > 0 else [-90.0, -1e6]
    assert telling_scores([*near, *far, math.nan]) == (min(near), max(near))


def test_scores_that_are_evenly_spread_are_all_shown():
    assert telling_scores([each / 20 for each in range(20)]) == (0.0, 0.95)


def test_scores_that_are_all_but_one_the_same_are_all_shown():
    assert telling_scores([1.0] * 9 + [0.9]) == (0.9, 1.0)
    assert telling_scores([1.0] * 9) == (1.0, 1.0)


def test_the_figures_of_a_sweep_tell_what_the_marks_at_their_edge_mean():
    def fail_one(experiments):
        return [replace(experiments[0], best=replace(experiments[0].best, validation_score=-50.0)), *experiments[1:]]

    findings = found(change=fail_one)
    assert "▾" in far_words(findings)
    assert far_words(found()) == ""
    for plot in (best_so_far_plot(findings), slice_plot(findings, "activation"), time_plot(findings)):
        picture = draw(plot, 60, 12)
        assert picture.y.low > -1
        assert any("▾" in text for row in picture.rows for text, _ in row)


def test_trials_under_way_stand_behind_those_with_a_figure():
    def begin(experiments):
        return [*experiments, replace(queued(13, experiments[0].hyperparameters), sweep=1, trial=13)]

    assert leaderboard(found(change=begin).standing)[-1].state is State.QUEUED


@pytest.mark.parametrize("width", [24, 44, 60, 90, 190])
def test_the_columns_of_the_leaderboard_fit(width):
    columns = leaderboard_columns(width, found().standing)
    assert sum(each.width + 1 for each in columns) <= max(width, 30)


def test_the_epoch_of_a_confirmed_trial_is_that_of_its_fresh_trainings():
    def confirm(experiments):
        sure = confirmed(experiments[0], [0.3, 0.4])
        return [replace(sure, confirmed=replace(sure.confirmed, epoch=77)), *experiments[1:]]

    standing = found(change=confirm).standing
    [epoch] = [each for each in leaderboard_columns(190, standing) if each.title == "epoch"]
    assert epoch.cell(standing.best)[0] == "77"


def test_no_winner_is_named_before_fresh_seeds_confirmed_one():
    assert "no winner before" in status(found(), ()).plain
    sure = found(change=lambda each: [confirmed(each[0], [0.3, 0.4]), *each[1:]])
    assert "#1 leads with 0.865 over its fresh seeds" in status(sure, ()).plain


def half_trained(experiments):
    """The last two of the trials have made half of their epochs."""
    return [*experiments[:-2], *(trained(each, 10, State.RUNNING)[0] for each in experiments[-2:])]


def test_the_words_beside_the_bar_count_the_trainings_that_the_bar_counts():
    words = progress_line(found(change=half_trained).standing).plain
    assert "10 of 20 trainings, 2 running" in words
    assert ", " not in progress_line(found().standing).plain


def test_the_words_beside_the_bar_stay_on_its_line_at_80_columns():
    standing = found(change=half_trained).standing
    assert progress_line(replace(standing, eta_s=3599.0)).cell_length <= 78


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(epochs=440), "50 % · 10 trainings, 2 running"),
        (Budget(trials=40, minutes=2), "50 % · 10 of 40 trainings, 2 running"),
    ],
)
def test_a_share_stands_beside_the_bar_where_epochs_or_minutes_may_decide_how_far_a_sweep_is(budget, told):
    sweep, made = sweep_of(12)
    sweep = replace(sweep, budget=budget)
    words = progress_line(find(sweep, half_trained([each for each, _ in made]), NOW).standing).plain
    assert told in words


def test_a_range_on_its_natural_scale_needs_no_prefix_and_reads_back():
    for text in ("0.001..0.3", "lin:0.001..0.3", "0.001..0.3:5", "0.1|0.2"):
        varied = parse_range("learning_rate", text)
        assert range_text(varied) == text
        assert parse_range("learning_rate", range_text(varied)) == varied


def test_what_has_no_effect_is_offered_once_a_range_gives_it_one():
    draft = SpaceDraft(Hyperparameters())
    entry = parse_range("beta1", "0.8..0.99").declared
    assert not draft.applies(entry)
    draft.type("optimizer", "adam|momentum")
    assert draft.applies(entry)


def test_a_grid_is_walked_whole_unless_trials_were_written():
    draft = SpaceDraft(Hyperparameters())
    draft.type("learning_rate", "0.1|0.2|0.3")
    draft.type("sampler", "grid")
    assert draft.read(INFO).sampler is Sampler.GRID
    assert draft.read(INFO).budget.trials < 60
    draft.type("trials", "9")
    assert draft.read(INFO).budget.trials == 9


@pytest.mark.parametrize(
    ("name", "text"),
    [("learning_rate", "1..0.1"), ("trials", "0"), ("workers", "none"), ("minutes", "-1"), ("epochs_budget", "x"),
     ("repeats", "0"), ("folds", "1")],
)  # fmt: skip
def test_what_is_refused_names_its_field(name, text):
    draft = SpaceDraft(Hyperparameters())
    draft.type("activation", "relu|tanh")
    draft.type(name, text)
    with pytest.raises(HyperparameterError) as refused:
        draft.read(INFO)
    assert refused.value.name == name


def test_a_grid_that_is_too_large_is_refused():
    draft = SpaceDraft(Hyperparameters())
    draft.type("sampler", "grid")
    for name in ("learning_rate", "l2", "momentum"):
        draft.type(name, "lin:0.001..0.5:300")
    with pytest.raises(UsageError, match="configurations"):
        draft.read(INFO)


def test_a_sweep_that_was_interrupted_says_what_goes_on_with_it():
    sweep, made = sweep_of(12)
    trials = [each for each, _ in made]
    line = progress_line(find(replace(sweep, state=State.INTERRUPTED, outcome=None), trials, NOW).standing)
    assert line.plain.startswith("! ")
    assert line.plain.endswith("interrupted: space goes on")
    assert "ETA" not in line.plain


def test_what_has_no_effect_in_the_task_is_not_offered():
    entry = parse_range("class_weight", "none|balanced").declared
    assert SpaceDraft(Hyperparameters(), Task.BINARY).applies(entry)
    draft = SpaceDraft(Hyperparameters(), Task.REGRESSION)
    assert not draft.applies(entry)
    draft.type("class_weight", "none|balanced")
    assert draft.applies(entry), "it can be taken out again"
