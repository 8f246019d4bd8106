"""The Compare screen: marks, what differs, the paired test; and breaking the seal."""

from dataclasses import replace

import pytest
from fake_workbench import INFO, FakeWorkbench, confirmed, outcome_for, queued, sweep_of, trained

from engine.hyperparameters import Hyperparameters
from sessions.records import State
from tui.comparison import comparison_plot, difference_table
from tui.plot import SERIES


def several(count: int = 3) -> FakeWorkbench:
    workbench = FakeWorkbench()
    for number in range(1, count + 1):
        values = Hyperparameters(learning_rate=0.01 * number, hidden_units=(16 * number,))
        workbench.put(*trained(queued(number, values), 60, State.FINISHED))
    return workbench


async def test_marked_experiments_stand_side_by_side_with_only_what_differs(open_deck):
    async with open_deck(several(), size=(100, 40)) as deck:
        await deck.press("escape", "m", "j", "m")
        await deck.sees("●")
        await deck.press("c")
        for text in ("Validation cost", "─ #3", "─ #2", "Learning rate α", "0.03", "0.02", "Hidden units", "48", "32"):
            await deck.sees(text)
        assert "Batch size" not in deck.screen
        await deck.sees("one pair shows nothing")
        await deck.sees("$ tunedeck compare digits 3 2")
        await deck.press("escape")
        await deck.sees("Hyperparameters")


def test_numbers_side_by_side_lose_digits_and_not_their_ends():
    rates = (0.00245067, 0.0273001, 0.000330386, 0.150871, 0.0333053, 0.00990126, 0.01, 0.3)
    many = [queued(at, Hyperparameters(learning_rate=each)) for at, each in enumerate(rates, start=1)]
    table = difference_table(many, INFO, 76).plain
    row = next(line for line in table.split("\n") if line.startswith("Learning rate"))
    assert [float(each) for each in row.split()[3:]] == pytest.approx(rates, rel=0.05)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 50)])
async def test_chart_table_test_and_keys_of_a_comparison_are_in_sight_at_every_size(open_deck, size):
    async with open_deck(several(2), size=size) as deck:
        await deck.press("escape", "m", "j", "m", "c")
        for text in ("Validation cost", "┤", "val cost", "against", "? help", "digits"):
            await deck.sees(text)
        assert deck.screen.count("─ #1") == 2
        assert not deck.pilot.app.screen.show_vertical_scrollbar


async def test_fewer_than_two_marks_say_how_to_mark(open_deck):
    async with open_deck(several(), size=(100, 40)) as deck:
        await deck.press("escape", "m", "c")
        await deck.sees("1 marked: m marks 2 to 8")


async def test_a_mark_is_taken_away_by_the_same_key(open_deck):
    async with open_deck(several()) as deck:
        await deck.press("escape", "m")
        await deck.sees("●")
        await deck.press("m")
        await deck.until(lambda: "●" not in deck.screen)


async def test_shared_fresh_seeds_are_tested_in_pairs(open_deck):
    workbench = several(2)
    for number, costs in ((1, [0.20, 0.22, 0.21]), (2, [0.10, 0.13, 0.11])):
        workbench.put(confirmed(workbench.poll().experiments[number - 1], costs))
    async with open_deck(workbench, size=(120, 40)) as deck:
        await deck.press("escape", "m", "j", "m", "c")
        await deck.sees("#2 against #1: better by")
        await deck.sees("on 3 shared seeds")


async def test_of_three_the_lower_edge_says_who_differs_from_the_one_that_leads(open_deck):
    workbench = several(3)
    for number, costs in ((1, [0.20, 0.22, 0.21]), (2, [0.10, 0.13, 0.11]), (3, [0.30, 0.31, 0.32])):
        workbench.put(confirmed(workbench.poll().experiments[number - 1], costs))
    async with open_deck(workbench, size=(120, 40)) as deck:
        await deck.press("escape", *["m", "j"] * 3, "c")
        await deck.sees("#2 leads by accuracy; against it not shown to differ: #1, #3")
        await deck.sees("#2 against #1: better by")
        await deck.sees("#2 against #3: better by")


async def test_t_shows_the_training_costs(open_deck):
    async with open_deck(several()) as deck:
        await deck.press("escape", "m", "j", "m", "c")
        await deck.sees("Validation cost")
        await deck.press("t")
        await deck.sees("Train cost")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 50)])
async def test_eight_experiments_fit_at_every_size(open_deck, size):
    async with open_deck(several(8), size=size) as deck:
        await deck.press("escape", *["m", "j"] * 7, "m", "c")
        await deck.sees("─ #8")
        await deck.sees("against")
        await deck.press("end")
        await deck.sees("#1")


def test_each_experiment_is_drawn_in_its_own_ink_and_the_first_on_top():
    pairs = [trained(queued(number), 20, State.FINISHED) for number in (1, 2)]
    curves = {(experiment.number, 1): curve for experiment, curve in pairs}
    plot = comparison_plot([each for each, _ in pairs], curves, is_log=True, is_training=False)
    assert [line.ink for line in plot.lines] == [SERIES[1], SERIES[0]]


def test_a_score_of_one_training_is_marked_and_a_confirmed_one_is_not():
    single = trained(queued(1), 20, State.FINISHED)[0]
    sure = confirmed(trained(queued(2), 20, State.FINISHED)[0], [0.5, 0.6])
    line = difference_table([single, sure], INFO, 80).plain.split("\n")[1]
    assert "?" in line[:40]
    assert "0.550" in line
    assert "?" not in line[40:]


async def test_the_seal_is_broken_with_a_reason_and_the_look_is_in_the_ledger(open_deck):
    async with open_deck(several()) as deck:
        await deck.press("escape", "f")
        await deck.sees("Break the seal for #3")
        await deck.sees("have been kept away from every choice")
        await deck.sees("Ledger: no look yet")
        await deck.press("enter")
        await deck.sees("A look needs a reason")
        assert deck.workbench.poll().looks == ()
        await deck.press(*"done", "enter")
        await deck.sees("accuracy 0.955, cost 0.150 on 360 test rows")
        await deck.sees("on the validation rows")
        await deck.press("escape")
        await deck.sees("test 0.955 at look 1 of 1: done")


async def test_a_second_look_hears_how_many_came_before(open_deck):
    workbench = several()
    workbench.final(1, "first")
    async with open_deck(workbench) as deck:
        await deck.press("escape", "f")
        await deck.sees("looked at once before")
        assert "every choice" not in deck.screen
        await deck.sees("first")
        await deck.press(*"again", "enter")
        await deck.sees("Look 2: #3")


async def test_escape_leaves_the_seal(open_deck):
    async with open_deck(several()) as deck:
        await deck.press("escape", "f", *"no", "escape")
        await deck.sees("Hyperparameters")
        assert deck.workbench.poll().looks == ()


async def test_the_winner_of_a_sweep_is_scored_from_the_sweep_screen(open_deck):
    workbench = FakeWorkbench()
    sweep, made = sweep_of(4)
    for experiment, curve in made:
        workbench.put(experiment, curve)
    workbench.put_sweep(replace(sweep, state=State.FINISHED, ended="The budget is spent.", outcome=outcome_for(2)))
    async with open_deck(workbench) as deck:
        await deck.press("escape", "w")
        await deck.sees("★ #2 promised")
        await deck.press("f", *"paper", "enter")
        await deck.sees("promised 0.969 on the validation rows")
        assert workbench.poll().looks[0].experiment == 2


async def test_the_range_test_proposes_a_rate_to_search_around(open_deck):
    async with open_deck(several(), size=(120, 40)) as deck:
        await deck.press("escape", "w", "escape", "p", "down", "down", "enter")
        await deck.sees("Learning-rate range test")
        await deck.sees("α 0.03")
        await deck.press("enter")
        await deck.sees("0.003..0.09")
