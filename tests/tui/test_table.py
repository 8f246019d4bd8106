"""The table: cursor, filter, order, many rows."""

from dataclasses import replace

import pytest
from fake_workbench import FakeWorkbench, queued, trained

from engine.hyperparameters import Hyperparameters
from sessions.records import Best, State
from tui.arrange import Arrangement, Order
from tui.columns import choose_columns
from tui.filter import compile_filter, mistake_in
from tui.widgets.experiments import Experiments


def _experiments(count):
    return [trained(queued(number), 1 + number % 7, State.FINISHED)[0] for number in range(1, count + 1)]


async def test_the_cursor_keeps_its_experiment_when_rows_arrive(open_deck):
    async with open_deck(FakeWorkbench(_experiments(9))) as deck:
        await deck.press("escape", "j", "j")
        await deck.sees("Cost #7")
        deck.workbench.put(queued(10))
        await deck.sees("10   … queued")
        assert deck.pilot.app.screen.query_one(Experiments).selected == 7


@pytest.mark.parametrize("before", [3, 30])
async def test_the_selected_row_stays_in_sight_however_many_rows_arrive_above_it(open_deck, before):
    workbench = FakeWorkbench(_experiments(before))
    async with open_deck(workbench) as deck:
        table = deck.pilot.app.screen.query_one(Experiments)
        await deck.press("escape", "j")
        for number in range(before + 1, before + 13):
            workbench.put(queued(number))
            await deck.sees(f"Experiments  {number}")
            await deck.until(lambda: before - 1 in [each.number for each in table.in_sight()])
        assert table.selected == before - 1
        await deck.until(lambda: f"{before - 1:>3}   ✓ done" in deck.screen)


async def test_rows_that_arrive_leave_in_place_what_a_wheel_brought_into_sight(open_deck):
    workbench = FakeWorkbench(_experiments(40))
    async with open_deck(workbench) as deck:
        table = deck.pilot.app.screen.query_one(Experiments)
        await deck.press("escape")
        table.scroll_end(animate=False)
        await deck.until(lambda: table.in_sight()[-1].number == 1)
        workbench.put(queued(41))
        await deck.sees("Experiments  41")
        await deck.until(lambda: table.in_sight()[-1].number == 1)
        assert table.selected == 40


async def test_a_table_that_becomes_smaller_keeps_its_selected_row_in_sight(open_deck):
    async with open_deck(FakeWorkbench(_experiments(40)), size=(200, 60)) as deck:
        table = deck.pilot.app.screen.query_one(Experiments)
        await deck.press("escape", *"jjjjjjjj")
        assert table.selected == 32
        assert table.in_sight()[0].number == 40
        await deck.pilot.resize_terminal(80, 24)
        await deck.until(lambda: table.size.height < 8 and 32 in [each.number for each in table.in_sight()])


async def test_sorting_keeps_the_selected_experiment_and_brings_it_into_sight(open_deck):
    experiments = [replace(each, seconds=float(each.number)) for each in _experiments(50)]
    async with open_deck(FakeWorkbench(experiments)) as deck:
        table = deck.pilot.app.screen.query_one(Experiments)
        await deck.press("escape", "j")
        for order in ("by score", "by val cost", "by time"):
            await deck.press("s")
            await deck.sees(order)
            await deck.until(lambda: 49 in [each.number for each in table.in_sight()])
            assert table.selected == 49


async def test_the_selected_experiment_stays_in_sight_when_the_filter_goes(open_deck):
    async with open_deck(FakeWorkbench(_experiments(50))) as deck:
        table = deck.pilot.app.screen.query_one(Experiments)
        await deck.press("escape", "slash", *"#3", "escape")
        await deck.sees("Experiments  50")
        assert table.selected == 3
        await deck.until(lambda: 3 in [each.number for each in table.in_sight()])


async def test_a_curve_that_comes_later_is_drawn_in_the_row_of_an_old_experiment(open_deck):
    curves = [trained(queued(number), 60, State.FINISHED) for number in range(1, 5)]
    workbench = FakeWorkbench([each for each, _ in curves])
    async with open_deck(workbench, size=(200, 50)) as deck:
        await deck.sees("Experiments  4")
        assert "█▇" not in deck.screen
        for experiment, curve in curves:
            workbench.put(experiment, curve)
        await deck.until(lambda: deck.screen.count("█▇") == 4)


async def test_the_curves_of_rows_that_a_wheel_or_a_key_brings_into_sight_are_asked_for(open_deck):
    workbench = FakeWorkbench(_experiments(90))
    async with open_deck(workbench, size=(200, 50)) as deck:
        await deck.sees("Experiments  90")
        deck.pilot.app.screen.query_one(Experiments).scroll_end(animate=False)
        await deck.until(lambda: any(call[0] == "watch" and (1, 1) in call[1] for call in workbench.calls))


async def test_first_last_and_pages_move_the_cursor(open_deck):
    async with open_deck(FakeWorkbench(_experiments(50))) as deck:
        table = deck.pilot.app.screen.query_one(Experiments)
        await deck.press("escape", "G")
        assert table.selected == 1
        await deck.press("pageup")
        assert 1 < table.selected < 50
        await deck.press("g")
        assert table.selected == 50


async def test_a_click_selects_the_row_under_the_mouse(open_deck):
    async with open_deck(FakeWorkbench(_experiments(9))) as deck:
        await deck.pilot.click(Experiments, offset=(10, 3))
        await deck.sees("Cost #7")


async def test_the_filter_leaves_what_matches_and_escape_brings_all_back(open_deck):
    async with open_deck(FakeWorkbench([*_experiments(5), queued(6)])) as deck:
        await deck.press("escape", "slash", *"queued")
        await deck.sees("Experiments  1 of 6")
        await deck.press("enter")
        assert isinstance(deck.pilot.app.focused, Experiments)
        await deck.press("slash", "escape")
        await deck.sees("Experiments  6")


async def test_a_filter_that_leaves_nothing_says_so_and_how_to_change_it(open_deck):
    async with open_deck(FakeWorkbench(_experiments(5))) as deck:
        await deck.press("escape", "slash", *"xyz")
        await deck.sees("no experiment matches the filter")
        await deck.sees("/ changes it, esc shows all")
        assert "no experiments yet" not in deck.screen


async def test_a_filter_by_what_no_experiment_has_names_the_nearest_there_is(open_deck):
    async with open_deck(FakeWorkbench(_experiments(5))) as deck:
        await deck.press("escape", "slash", *"drop_out=0.1")
        await deck.sees("There is no hyperparameter 'drop_out'")
        await deck.sees("use dropout, ")
        await deck.sees("/ changes it, esc shows all")


@pytest.mark.parametrize(
    "text", ["", "finished", "-α=0.03", "n[l]=64", "#2 learning_rate=x", "x->y", "wow! c++", "a-b 0.5"]
)
def test_a_filter_that_can_be_understood_is_no_mistake(text):
    assert mistake_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "cost<0.3",
        "done -learning_rate>=0.01",
        ">0.5",
        "learning_rate >0.01",
        "learning_rate = 0.03",
        "=3",
        "best-score>0.5",
        "val.cost<0.3",
        "learning_rate==0.01",
        "learning_rate!=0.01",
        "learning_rate=>0.01",
        "learning_rate≥0.1",
    ],
)
def test_a_filter_that_compares_is_told_what_filters_know(text):
    mistake = mistake_in(text)
    assert mistake is not None
    assert "is not understood" in mistake.what
    assert "NAME=VALUE" in mistake.remedy


@pytest.mark.parametrize("leave", [("escape",), ("enter", "escape")])
async def test_escape_clears_the_filter_and_stays_on_the_table(open_deck, leave):
    async with open_deck(FakeWorkbench(_experiments(5))) as deck:
        await deck.press("escape", "slash", *"#2")
        await deck.sees("Experiments  1 of 5")
        await deck.press(*leave)
        await deck.sees("Experiments  5")
        assert isinstance(deck.pilot.app.focused, Experiments)


async def test_the_footer_names_the_keys_of_the_filter_while_it_is_typed(open_deck):
    async with open_deck(FakeWorkbench(_experiments(5))) as deck:
        await deck.sees("tab next")
        await deck.press("escape", "slash")
        await deck.sees("⏎ table  esc all")
        assert "tab next" not in deck.screen
        await deck.press("f1")
        await deck.press("end")
        await deck.sees("From the filter, or from")


async def test_a_hundred_thousand_rows_are_shown_and_reached(open_deck):
    one = _experiments(1)[0]
    async with open_deck(FakeWorkbench([replace(one, number=number) for number in range(1, 100_001)])) as deck:
        await deck.sees("Experiments  100000")
        await deck.press("escape", "G")
        assert deck.pilot.app.screen.query_one(Experiments).selected == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("#2", [2]),
        ("finished", [1]),
        ("queued", [2, 3]),
        ("-queued", [1]),
        ("learning_rate=0.3", [3]),
        ("α=3e-1", [3]),
        ("hidden_units=64,64", [1, 2, 3]),
        ("optimizer=mom", [1, 2, 3]),
        ("half queued", [2]),
        ("learning_rate=x", []),
        ("wild", [3]),
        ("", [1, 2, 3]),
    ],
)
def test_a_filter_word_matches_number_state_words_or_a_value(text, kept):
    experiments = [
        trained(queued(1), 60, State.FINISHED)[0],
        queued(2, idea="Half the step"),
        replace(queued(3, Hyperparameters(learning_rate=0.3)), tags=("wild",)),
    ]
    keep = compile_filter(text) or (lambda _: True)
    assert [each.number for each in experiments if keep(each)] == kept


def test_sorting_by_cost_puts_the_best_first_and_those_without_a_figure_last():
    arrangement = Arrangement()
    arrangement.order = Order.COST
    numbers = [each.number for each in arrangement.apply([*_experiments(6), queued(7)])]
    assert numbers == [6, 5, 4, 3, 2, 1, 7]


def test_the_filter_judges_an_experiment_anew_when_it_changes():
    arrangement = Arrangement()
    list(arrangement.judge("running", [queued(1)]))
    assert arrangement.apply([queued(1)]) == []
    assert len(arrangement.apply([replace(queued(1), state=State.RUNNING)])) == 1


def test_a_filter_judges_many_in_slices_and_comes_into_force_when_all_are_judged():
    arrangement = Arrangement()
    many = [queued(number) for number in range(1, 5001)]
    judging = arrangement.judge("finished", many)
    next(judging)
    assert len(arrangement.apply(many)) == 5000
    assert list(judging) == [None]
    assert arrangement.apply(many) == []


def test_sorting_by_score_puts_the_greatest_first_and_lets_the_cost_decide_between_equal_ones():
    costly, better, cheap = (
        replace(each, best=Best(3, cost, points))
        for each, cost, points in zip(_experiments(3), (0.5, 0.9, 0.4), (0.8, 0.9, 0.8), strict=True)
    )
    arrangement = Arrangement()
    arrangement.order = Order.NEWEST.next()
    assert [each.number for each in arrangement.apply([costly, better, cheap, queued(7)])] == [2, 3, 1, 7]


def test_a_long_number_loses_digits_and_not_its_end():
    rate = queued(1, Hyperparameters(learning_rate=0.00785298))
    column = next(each for each in choose_columns(48, [rate], None) if each.title == "α")
    assert float(column.cell(rate)[0]) == pytest.approx(0.00785, rel=1e-2)


def test_a_number_that_was_drawn_shows_no_more_digits_than_matter_however_wide_the_table_is():
    rate = queued(1, Hyperparameters(learning_rate=0.000330386))
    column = next(each for each in choose_columns(190, [rate], None) if each.title == "α")
    assert column.cell(rate)[0] == "0.0003304"


def test_units_too_long_for_a_narrow_table_are_shown_as_far_as_there_is_room():
    deep, equal = (
        queued(27, Hyperparameters(learning_rate=0.00304145, hidden_units=units)) for units in ((16, 8, 16), (128, 128))
    )
    column = next(each for each in choose_columns(48, [deep, equal], None) if each.title == "units")
    assert column.cell(deep)[0] == "16,8…"
    assert column.cell(equal)[0] == "128×2"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.9531, "0.953"), (-0.3104, "-0.31"), (-53.26, "-53.3"), (-1234.6, "-1235"), (-53213.0, "-5e4")],
)
def test_an_error_as_score_fits_into_its_column(value, shown):
    column = next(each for each in choose_columns(60, _experiments(1), None) if each.title == "score")
    assert column.cell(replace(_experiments(1)[0], best=Best(1, 0.1, value)))[0] == shown


@pytest.mark.parametrize("width", [20, 48, 60, 90, 194])
def test_columns_fit_into_the_width_and_keep_state_and_score(width):
    columns = choose_columns(width, _experiments(3), 1, lambda _: "")
    titles = [each.title for each in columns]
    assert "state" in titles
    assert "score" in titles
    if width >= 48:
        assert sum(each.width + 1 for each in columns) <= width
        assert "α" in titles
