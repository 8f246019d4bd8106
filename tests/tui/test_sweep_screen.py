"""The Sweep screen, played with keys: write a space, launch, watch who leads, steer, go back."""

from dataclasses import replace

import pytest
from fake_workbench import FakeWorkbench, confirmed, outcome_for, queued, sweep_of, trained

from sessions.records import State
from sessions.search.records import Budget
from tui.echo import sweep_command
from tui.keymap import SWEEP_COMMANDS
from tui.sweeps.twins import TwinGuard
from tui.widgets.leaderboard import Leaderboard


def searching(trials: int = 12, **options) -> FakeWorkbench:
    workbench = FakeWorkbench()
    sweep, made = sweep_of(trials, **options)
    for experiment, curve in made:
        workbench.put(experiment, curve)
    workbench.put_sweep(sweep)
    return workbench


async def enter(deck) -> None:
    await deck.press("escape", "w")
    await deck.sees("Leaderboard")


async def test_a_range_is_typed_and_launched_and_its_command_line_shown(open_deck):
    async with open_deck(FakeWorkbench(), size=(120, 40)) as deck:
        await enter(deck)
        await deck.sees("No sweep yet")
        await deck.press(*"0.001..0.3", "ctrl+r")
        await deck.until(lambda: bool(deck.workbench.poll().sweeps))
        sweep = deck.workbench.poll().sweeps[0]
        assert [each.text() for each in sweep.space.ranges] == ["log:0.001..0.3"]
        await deck.sees("$ tunedeck sweep digits --vary learning_rate=log:0.001..0.3")
        await deck.sees("sweep 1 · tpe")


async def test_a_search_that_there_is_already_is_launched_again_only_when_asked_twice(open_deck):
    async with open_deck(FakeWorkbench(), size=(120, 40)) as deck:
        await enter(deck)
        await deck.press(*"0.001..0.3", "ctrl+r")
        await deck.sees("sweep 1 · tpe")
        await deck.press("ctrl+r")
        await deck.sees("Sweep 1 is the same search")
        assert len(deck.workbench.poll().sweeps) == 1
        await deck.press("ctrl+r")
        await deck.sees("sweep 2 · tpe")
        await deck.press("e", *"0.001..0.5", "ctrl+r")
        await deck.sees("sweep 3 · tpe")


def test_a_search_is_known_again_by_all_that_decides_about_its_trials():
    sweep, _ = sweep_of(1)
    guard = TwinGuard()
    assert not guard.objection(sweep, ())
    guard.begin(sweep)
    for other in (replace(sweep, seed=1), replace(sweep, budget=Budget(21)), replace(sweep, folds=3)):
        assert not guard.objection(other, ())
    reordered = replace(sweep, space=replace(sweep.space, ranges=sweep.space.ranges[::-1]), state=State.FINISHED)
    assert "Sweep 1" in guard.objection(reordered, ())
    assert not guard.objection(sweep, ())
    assert "Sweep 1" in guard.objection(sweep, (sweep,))


async def test_up_proposes_a_range_and_the_count_and_time_stand_below(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*sweep_of(1)[1][0])
    async with open_deck(workbench, size=(120, 40)) as deck:
        await enter(deck)
        await deck.press("up")
        await deck.sees("0.0001..1")
        await deck.sees("∞ configs · 60 fits · ~")


async def test_a_budget_of_minutes_and_folds_are_typed_and_launched(open_deck):
    async with open_deck(FakeWorkbench(), size=(80, 24)) as deck:
        await enter(deck)
        await deck.press(*"0.001..0.3", *["tab"] * 7, "enter", "tab", "tab")
        await deck.press("tab", *"0")
        await deck.sees("The search has no end")
        await deck.press("tab", "tab", *"10", *["tab"] * 3)
        await deck.press(*"1")
        await deck.sees("folds '1' is not allowed")
        await deck.press("backspace", *"5")
        await deck.sees("≤10 min")
        await deck.press("ctrl+r")
        await deck.until(lambda: bool(deck.workbench.poll().sweeps))
        sweep = deck.workbench.poll().sweeps[0]
        assert (sweep.budget, sweep.folds) == (Budget(minutes=10.0), 5)
        assert sweep_command("digits", sweep, 2).endswith("--minutes 10 --folds 5 --workers 2")


async def test_a_budget_of_epochs_and_repeats_are_typed_and_launched(open_deck):
    async with open_deck(FakeWorkbench(), size=(80, 24)) as deck:
        await enter(deck)
        await deck.press(*"0.001..0.3", *["tab"] * 7, "enter", *["tab"] * 4, *"5000", *["tab"] * 3, *"3", "ctrl+r")
        await deck.until(lambda: bool(deck.workbench.poll().sweeps))
        sweep = deck.workbench.poll().sweeps[0]
        assert (sweep.budget, sweep.repeats) == (Budget(60, 5000), 3)
        await deck.sees("180 fits")


@pytest.mark.parametrize("typed", ["0.001..0.3", "log:1e-3..1:5", "lin:0.5..0.99", "LOG:1..2", "0.01|0.03|1E-1"])
async def test_a_range_takes_scales_choices_and_points_but_no_other_letters(open_deck, typed):
    async with open_deck(FakeWorkbench(), size=(120, 40)) as deck:
        await enter(deck)
        await deck.press("p", *typed, "w", "x")
        assert deck.pilot.app.screen.query_one("#value-learning_rate").value == typed


async def test_choices_of_words_are_typed_as_words(open_deck):
    async with open_deck(FakeWorkbench(), size=(200, 50)) as deck:
        await enter(deck)
        deck.pilot.app.screen.query_one("#value-activation").focus()
        await deck.press(*"relu|tanh")
        assert deck.pilot.app.screen.query_one("#value-activation").value == "relu|tanh"


async def test_a_range_that_is_wrong_is_answered_in_place_and_not_launched(open_deck):
    async with open_deck(FakeWorkbench(), size=(120, 40)) as deck:
        await enter(deck)
        await deck.press(*"1..0.1")
        await deck.sees("swap them")
        await deck.press("ctrl+r")
        assert deck.workbench.poll().sweeps == ()


async def test_launching_with_nothing_to_vary_says_so(open_deck):
    async with open_deck(FakeWorkbench(), size=(120, 40)) as deck:
        await enter(deck)
        await deck.press("ctrl+r")
        await deck.sees("There is nothing to vary")


async def test_the_leaderboard_marks_single_trainings_and_the_best_lies_at_the_edge(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("1 ?")
        await deck.sees("on one training: no winner")
        await deck.sees("best at the edge: + widens α to 0.001..1")
        await deck.press("plus")
        await deck.until(lambda: ("widen", 1, "learning_rate") in deck.workbench.calls)


async def test_trials_that_still_train_neither_lead_nor_lie_at_an_edge(open_deck):
    workbench, (sweep, made) = FakeWorkbench(), sweep_of(2)
    workbench.put_sweep(sweep)
    for experiment, _ in made:
        workbench.put(*trained(experiment, 10, State.RUNNING))
    async with open_deck(workbench) as deck:
        await enter(deck)
        await deck.sees("No trial that is over has a figure yet.")
        assert "widens" not in deck.screen
        assert "+ widen" not in deck.screen
        workbench.put(*made[1])
        await deck.sees("best at the edge: + widens α")


async def test_a_confirmed_trial_leads_over_luckier_single_trainings(open_deck):
    workbench = searching()
    experiments = workbench.poll().experiments
    workbench.put(confirmed(experiments[3], [0.2, 0.22, 0.24]))
    async with open_deck(workbench) as deck:
        await enter(deck)
        await deck.sees("★  4 0.915±0.008  3 ✔")
        await deck.sees("#4 leads with 0.915 over its fresh seeds")


async def test_the_winners_worth_stands_on_the_sweep_and_on_the_deck(open_deck):
    workbench = searching()
    sweep = workbench.poll().sweeps[0]
    workbench.put_sweep(replace(sweep, state=State.FINISHED, ended="The budget is spent.", outcome=outcome_for(12)))
    async with open_deck(workbench) as deck:
        await deck.sees("promised 0.969 · expected 0.951…0.966")
        await enter(deck)
        await deck.sees("★ #12 promised 0.969 · expected 0.951…0.966 · 60 looks")


@pytest.mark.parametrize(("keys", "state"), [(["space"], State.PAUSED), (["x", "x"], State.STOPPED)])
async def test_a_sweep_is_held_and_stopped_by_its_keys_and_space_is_said_to_go_on_then(open_deck, keys, state):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("␣ pause")
        await deck.press(*keys)
        await deck.until(lambda: deck.workbench.poll().sweeps[0].state is state)
        await deck.sees("sweep:1")
        await deck.sees("␣ go on")
        assert "␣ pause" not in deck.screen


async def test_the_word_on_luck_is_read_whole_on_a_small_screen(open_deck):
    workbench = searching()
    outcome = replace(outcome_for(12), luck=1.0, unconfirmed="Not confirmed: the sweep was stopped before it began.")
    workbench.put_sweep(replace(workbench.poll().sweeps[0], state=State.FINISHED, outcome=outcome))
    async with open_deck(workbench) as deck:
        await enter(deck)
        advice = "more experiments on them will mostly fit them; get more rows or use folds."
        await deck.until(lambda: advice in " ".join(deck.screen.split()))


async def test_the_way_to_the_test_rows_is_in_sight_where_a_winner_is_selected(open_deck):
    workbench = searching()
    sweep = workbench.poll().sweeps[0]
    workbench.put_sweep(replace(sweep, state=State.FINISHED, ended="The budget is spent.", outcome=outcome_for(12)))
    async with open_deck(workbench, size=(80, 24)) as deck:
        await deck.press("escape")
        await deck.sees("Cost #12")
        await deck.sees("f final")
        await deck.press("j")
        await deck.until(lambda: "f final" not in deck.screen)
        await deck.press("w")
        await deck.sees("★ #12")
        await deck.sees("f final")


async def test_choices_and_headings_of_the_search_name_their_own_keys_and_break_no_seal(open_deck):
    workbench = searching()
    workbench.put_sweep(replace(workbench.poll().sweeps[0], state=State.FINISHED, outcome=outcome_for(12)))
    async with open_deck(workbench, size=(80, 24)) as deck:
        await enter(deck)
        await deck.sees("★ #12")
        await deck.press("e", *["tab"] * 7)
        await deck.sees("tab next  ⏎ unfold/fold  esc leaders")
        await deck.press("enter", "tab")
        await deck.sees("tab next  ←→ choose  ⏎ list  esc leaders")
        await deck.press("f")
        await deck.sees("esc, then f for final")
        assert "Break the seal" not in deck.screen


async def test_one_key_alone_stops_no_sweep(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("searching")
        await deck.press("x")
        await deck.sees("Stop sweep 1")
        await deck.press("enter")
        await deck.sees("Stop sweep 1")
        await deck.press("escape")
        await deck.until(lambda: "Stop sweep 1" not in deck.screen)
        assert deck.workbench.poll().sweeps[0].state is State.RUNNING


async def test_a_sweep_begun_elsewhere_is_shown_once_the_shown_one_is_over(open_deck):
    workbench = searching(state=State.FINISHED)
    first = workbench.poll().sweeps[0]
    async with open_deck(workbench) as deck:
        await enter(deck)
        await deck.sees("sweep 1 · tpe")
        workbench.put_sweep(replace(first, number=2, state=State.RUNNING))
        await deck.sees("sweep 2 · tpe")
        workbench.put_sweep(replace(first, number=3, state=State.RUNNING))
        await deck.sees("< > sweeps")
        await deck.until(lambda: "sweep 2 · tpe" in deck.screen)


async def test_a_sweep_begun_elsewhere_waits_while_the_person_writes_or_looks_at_an_older_one(open_deck):
    workbench = searching(state=State.FINISHED)
    first = workbench.poll().sweeps[0]
    async with open_deck(workbench) as deck:
        await enter(deck)
        await deck.sees("sweep 1 · tpe")
        await deck.press("e", *"0.5", "escape")
        seen = deck.pilot.app.screen
        workbench.put_sweep(replace(first, number=2, state=State.FINISHED))
        await deck.until(lambda: len(seen._snapshot.sweeps) == 2)
        await deck.sees("sweep 1 · tpe")
        await deck.press("greater_than_sign")
        await deck.sees("sweep 2 · tpe")
        await deck.press("less_than_sign")
        await deck.sees("sweep 1 · tpe")
        workbench.put_sweep(replace(first, number=3, state=State.RUNNING))
        await deck.until(lambda: len(seen._snapshot.sweeps) == 3)
        await deck.sees("sweep 1 · tpe")


async def test_what_is_refused_in_a_dialog_stays_there_with_its_sentence(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("sweep 1")
        await deck.press("a", "x", "enter")
        await deck.sees("'x' trials cannot be added: use a whole number from 1 to 100,000.")
        await deck.press("backspace", "2", "0", "enter")
        await deck.until(lambda: ("add", 1, 20) in deck.workbench.calls)
        await deck.until(lambda: "Add trials" not in deck.screen)


async def test_trials_are_added_by_number(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("searching")
        await deck.press("a", "backspace", "backspace", *"35", "enter")
        await deck.until(lambda: ("add", 1, 35) in deck.workbench.calls)


async def test_failed_trials_are_run_again(open_deck):
    workbench = searching()
    workbench.put(replace(queued(13), state=State.FAILED, sweep=1, trial=13, error="no memory"))
    async with open_deck(workbench) as deck:
        await enter(deck)
        await deck.sees("1 failed: r runs them again")
        await deck.press("r")
        await deck.until(lambda: ("retry", 1) in deck.workbench.calls)


async def test_the_figures_are_turned_through_where_only_one_fits(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("Curves")
        for title in ("Best so far", "Learning rate α", "Importance", "Score against time", "Curves"):
            await deck.press("v")
            await deck.sees(title)


async def test_importance_is_greyed_while_trials_are_too_few(open_deck):
    async with open_deck(searching(12), size=(200, 50)) as deck:
        await enter(deck)
        await deck.sees("too few trials to rely on")


async def test_all_figures_stand_side_by_side_on_a_wide_screen(open_deck):
    async with open_deck(searching(), size=(200, 50)) as deck:
        await enter(deck)
        for title in ("Space", "Leaderboard", "Curves", "Best so far", "Importance", "Score against time", "edge!"):
            await deck.sees(title)


async def test_the_arrows_turn_the_slice_to_the_next_hyperparameter(open_deck):
    async with open_deck(searching(), size=(200, 50)) as deck:
        await enter(deck)
        await deck.sees("Learning rate α")
        await deck.press("right")
        await deck.sees(" Activation ")
        await deck.sees("tanh")


async def test_enter_goes_to_the_trial_on_the_deck(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("searching")
        await deck.press("down", "enter")
        await deck.sees("Cost #11")


async def test_escape_goes_from_the_space_to_the_leaderboard_and_back_to_the_deck(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.press("e")
        await deck.sees("esc leaders")
        await deck.press("escape")
        await deck.sees("esc Deck")
        await deck.press("escape")
        await deck.sees("Hyperparameters")


async def test_the_space_shows_what_the_sweep_varies_until_the_person_writes(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        await deck.sees("0.001..0.1")
        await deck.press("e", "end", *"5")
        await deck.sees("0.001..0.15")
        deck.workbench.put_sweep(replace(deck.workbench.poll().sweeps[0], idea="widened"))
        await deck.sees("0.001..0.15")


async def test_a_preset_fills_the_space(open_deck):
    async with open_deck(FakeWorkbench(), size=(120, 40)) as deck:
        await deck.press("escape", "w")
        await deck.sees("No sweep yet")
        await deck.press("escape", "p", "enter")
        await deck.sees("6 configs")
        await deck.press("ctrl+r")
        await deck.until(lambda: bool(deck.workbench.poll().sweeps))
        assert deck.workbench.poll().sweeps[0].sampler.value == "grid"


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (150, 40), (200, 50), (300, 90)])
async def test_space_leaders_and_keys_are_in_sight_at_every_size(open_deck, size):
    async with open_deck(searching(), size=size) as deck:
        await enter(deck)
        for text in ("Space", "Learning rate", "^R", "?"):
            await deck.sees(text)
        assert max(map(len, deck.screen.split("\n"))) == size[0]


async def test_the_footer_names_the_keys_that_do_something_now(open_deck):
    workbench = searching(trials=3)
    async with open_deck(workbench) as deck:
        await enter(deck)
        await deck.sees("␣ pause  x stop")
        assert "< >" not in deck.screen.split("\n")[-1]
        first = workbench.poll().sweeps[0]
        workbench.put_sweep(replace(first, state=State.FINISHED))
        workbench.put_sweep(replace(first, number=2, state=State.FINISHED))
        await deck.sees("< > sweeps")
        assert "stop" not in deck.screen.split("\n")[-1]


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_every_key_is_in_the_footer_or_in_the_help_it_points_to(open_deck, size):
    async with open_deck(searching(), size=size) as deck:
        await enter(deck)
        await deck.sees("? help")
        await deck.press("question_mark")
        box = deck.pilot.app.screen.query_one("#help")
        shown = str(box.query_one("Static").render())
        assert all(f"{key} " in shown for key in "^R esc e p x + a r v ⏎ c f < > l y".replace("^R", "ctrl+r").split())
        await deck.press("end")
        await deck.sees("leaderboard.")


async def test_every_command_of_the_screen_has_an_action(open_deck):
    async with open_deck(searching()) as deck:
        await enter(deck)
        screen = deck.pilot.app.screen
        for command in SWEEP_COMMANDS:
            assert hasattr(screen, f"action_{command.action.partition('(')[0]}")


@pytest.mark.parametrize(("keys", "selected"), [((), 12), (("j",), 2)])
async def test_the_leaderboard_stays_with_its_leader_until_a_row_is_chosen(open_deck, keys, selected):
    workbench, (sweep, made) = FakeWorkbench(), sweep_of(12)
    workbench.put_sweep(sweep)
    for experiment, curve in made[:3]:
        workbench.put(experiment, curve)
    async with open_deck(workbench, size=(80, 24)) as deck:
        await enter(deck)
        table = deck.pilot.app.screen.query_one(Leaderboard)
        await deck.until(lambda: len(table.in_sight()) == 3)
        await deck.press(*keys)
        for experiment, curve in made[3:]:
            workbench.put(experiment, curve)
            await deck.until(lambda leader=experiment.number: table.in_sight()[0].number == leader or bool(keys))
        await deck.until(lambda: table.selected == selected)
        assert selected in [each.number for each in table.in_sight()]
