"""The chart: axes that stay, gaps, reduction, and repainting only what changed."""

import math

import pytest
from fake_workbench import FakeWorkbench, queued, trained

from sessions.records import State
from tui.plot import Ink, Line, Mark, Plot, Span
from tui.raster import draw
from tui.repaint import changed_span
from tui.scales import cost_axis, epoch_axis, span_axis
from tui.widgets.chart import Chart
from tui.zoom import telling_costs


def _plot(y, *, is_log=True, best=None, planned=60):
    x = list(range(len(y)))
    lines = (Line(Ink.TRAIN, x, y), Line(Ink.VALIDATION, x, [each * 1.5 for each in y], is_dashed=True))
    return Plot((1,), lines, len(y) - 1, planned, False, is_log, best)


def _text(picture):
    return ["".join(text for text, _ in row) for row in picture.rows]


@pytest.mark.parametrize(("width", "height"), [(24, 5), (50, 9), (120, 40), (300, 90)])
@pytest.mark.parametrize("is_log", [True, False])
def test_every_row_is_exactly_as_wide_as_asked(width, height, is_log):
    rows = _text(draw(_plot([2.3 * 0.9**each for each in range(40)], is_log=is_log), width, height))
    assert len(rows) == height
    assert {len(row) for row in rows} == {width}


def test_what_cannot_be_drawn_leaves_a_gap_and_never_stops_the_process():
    strange = [1.0, math.nan, math.inf, -math.inf, 0.0, -3.0, 1e305, 0.5, 0.4]
    rows = _text(draw(_plot(strange), 60, 12))
    assert any("⠀" <= character <= "⣿" for row in rows for character in row)


def test_a_curve_without_a_single_number_is_an_empty_chart():
    rows = _text(draw(_plot([math.nan, math.nan]), 40, 8))
    assert not any("⠁" <= character <= "⣿" for row in rows for character in row)


def test_a_single_spike_in_a_hundred_thousand_epochs_stays_visible():
    y = [1.0] * 100_000
    plain = _text(draw(_plot(y, planned=100_000), 60, 12))
    y[54_321] = 100.0
    spiked = draw(_plot(y, planned=100_000), 60, 12)
    assert spiked.y.high >= 2.0
    assert _text(spiked) != plain


def test_the_best_epoch_is_marked():
    assert any("◆" in row for row in _text(draw(_plot([2.0, 1.0, 0.5, 0.7], best=(2, 0.75)), 60, 12)))


def test_a_value_far_from_what_is_telling_is_marked_at_the_edge():
    scores = [0.95, 0.97, 0.1, 0.96]
    marks = tuple(Mark(place, each, "•", Ink.FAINT) for place, each in enumerate(scores))
    picture = draw(
        Plot((1,), (), 0, 0, True, False, marks=marks, span=Span(0, 3), is_from_zero=False, telling=(0.95, 0.97)), 40, 9
    )
    assert picture.y.low > 0.9
    *upper, lowest, _, _ = _text(picture)
    assert "▾" in lowest
    assert "".join(upper).count("•") >= 2


def test_a_curve_that_leaves_for_the_skies_is_marked_where_it_does_and_the_others_keep_their_room():
    calm, wild = [2.0, 1.0, 0.5, 0.3], [2.0, 50.0, 1e9, 1e30]
    lines = tuple(Line(Ink.A, range(4), each) for each in (calm, wild))
    for is_log in (True, False):
        plot = Plot((1,), lines, 3, 3, True, is_log, telling=telling_costs(lines))
        picture = draw(plot, 60, 12)
        assert picture.y.high < (1.5 if is_log else 10)
        assert "▴" in _text(picture)[0]


def test_the_figures_at_an_axis_are_written_short():
    small, great = (cost_axis(low, high, log=True, rows=30) for low, high in ((-4.5, -3.0), (3.0, 5.5)))
    assert {"5e-5", "1e-4", "5e-4", "0.001"} <= set(small.labels)
    assert {"1000", "5000", "1e5"} <= set(great.labels)


@pytest.mark.parametrize(("low", "high"), [(0.9425, 0.9437), (0.94310, 0.94315), (-53213.0, -53210.0), (0.0, 2.3)])
def test_the_figures_at_an_axis_name_their_ticks_however_near_they_stand(low, high):
    for axis in (
        cost_axis(low, high, log=False, rows=18, from_zero=False),
        span_axis(low, high, log=False, columns=60),
    ):
        step = axis.ticks[1] - axis.ticks[0]
        assert all(abs(float(label) - tick) < step / 4 for label, tick in zip(axis.labels, axis.ticks, strict=True))


def test_an_axis_shrinks_once_what_it_was_made_for_has_become_a_small_part_of_it():
    wide = cost_axis(0.0, 1.0, log=False, rows=20, from_zero=False)
    narrow = cost_axis(0.90, 0.97, log=False, rows=20, from_zero=False, before=wide)
    assert narrow.low > 0.8


def test_the_cost_axis_stays_while_the_curve_fits_and_only_grows():
    first = cost_axis(-0.5, 0.3, log=True, rows=20)
    assert cost_axis(-0.4, 0.2, log=True, rows=20, before=first) is first
    wider = cost_axis(-1.2, 0.2, log=True, rows=20, before=first)
    assert wider.contains(-1.2, 0.3)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (-300.0, 300.0), (1e-9, 2e-9), (-3.0, -3.0)])
@pytest.mark.parametrize("log", [True, False])
def test_an_axis_always_has_a_reach_and_ticks_inside_it(low, high, log):
    axis = cost_axis(low, high, log=log, rows=10)
    assert axis.low < axis.high
    assert axis.ticks
    assert all(axis.low - 1e-6 <= tick <= axis.high + 1e-6 for tick in axis.ticks)


def test_the_epoch_axis_shows_all_of_a_short_training_and_a_window_of_a_long_one():
    assert epoch_axis(3, 60, is_over=False, columns=60).high == 60
    assert epoch_axis(300, 100_000, is_over=False, columns=60).high < 1000
    assert epoch_axis(31, 1000, is_over=True, columns=60).high == 31


async def test_an_unchanged_session_repaints_nothing_and_a_new_point_only_its_rows(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 20, State.RUNNING))
    async with open_deck(workbench, size=(120, 40)) as deck:
        chart = deck.pilot.app.screen.query_one(Chart)
        await deck.until(lambda: chart.rows_painted > 0)
        before = chart.rows_painted
        workbench.advance(1, 21)
        await deck.until(lambda: chart.rows_painted > before)
        assert chart.rows_painted - before <= 5
        settled = chart.rows_painted
        polls = []
        real_poll = workbench.poll
        workbench.poll = lambda: polls.append(1) or real_poll()
        await deck.until(lambda: len(polls) >= 3)
        assert chart.rows_painted == settled


@pytest.mark.parametrize(
    ("before", "after", "span"),
    [
        ("abc", "abc", (3, 3)),
        ("abc", "axc", (1, 2)),
        ("abc", "abcd", (3, 4)),
        ("xbc", "abz", (0, 3)),
        ("", "a", (0, 1)),
    ],
)
def test_only_what_changed_of_a_line_is_painted_again(before, after, span):
    first, end = changed_span(before, after)
    assert (first, end) == span or first >= end


async def test_l_changes_the_scale(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    async with open_deck(workbench) as deck:
        await deck.sees("log y")
        await deck.press("escape", "l")
        await deck.sees("linear y")


async def test_a_chart_without_room_says_so_and_is_drawn_once_there_is(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    async with open_deck(workbench) as deck:
        await deck.sees("┤")
        chart = deck.pilot.app.screen.query_one("#chart", Chart)
        chart.styles.max_height = 5
        await deck.sees("needs a taller terminal")
        assert "┤" not in deck.screen
        chart.styles.max_height = None
        await deck.sees("┤")
        assert "needs a taller terminal" not in deck.screen
