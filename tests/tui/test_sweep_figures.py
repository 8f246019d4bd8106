"""What a sweep's figures and words are made of, without a screen."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from fake_workbench import INFO, confirmed, queued, sweep_of

from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters
from engine.search.ranges import parse_range
from sessions.records import State
from sessions.search.records import Sampler
from tui.plot import Ink
from tui.raster import draw
from tui.sweeps.draft import SpaceDraft, range_text
from tui.sweeps.figures import best_so_far_plot, slice_plot, time_plot
from tui.sweeps.findings import find
from tui.sweeps.rows import leaderboard, leaderboard_columns
from tui.sweeps.wording import status

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
