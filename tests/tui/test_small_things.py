"""What a person notices on a small screen: whole sentences, whole words, values from their beginning."""

import asyncio
from dataclasses import replace
from textwrap import wrap

import pytest
from fake_workbench import INFO, FakeWorkbench, confirmed, queued, trained
from textual.content import Content

from engine.hyperparameters import declarations
from engine.records import Advice, Verdict, VerdictKind
from sessions.records import State
from tui.describe import briefly, fully
from tui.draft import explain
from tui.screens.dialogs import AskScreen, WriteScreen
from tui.text import figure, fitting
from tui.widgets.bars import facts


def finished() -> FakeWorkbench:
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    return workbench


async def test_a_value_too_long_for_its_field_shows_its_beginning_once_it_is_left(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press("tab", "tab", "tab", *"300,200,100", "tab")
        await deck.sees("300,2")


async def test_a_long_range_keeps_its_distance_from_its_label(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press("escape", "w")
        await deck.sees("No sweep yet")
        await deck.press(*"lin:0.01..0.305", "tab")
        await deck.sees("α lin:0.01")


async def test_words_without_room_end_in_dots_where_they_are_folded(open_deck):
    async with open_deck(FakeWorkbench(), size=(200, 50)) as deck:
        detail = deck.pilot.app.screen.query_one("#detail")
        detail.show(Content(" ".join(["word"] * 5000)))
        await deck.sees("word…")


async def test_the_curve_is_drawn_on_the_smallest_screen(open_deck):
    async with open_deck(finished(), size=(60, 16)) as deck:
        await deck.sees("┤")
        await deck.sees("✓ done")


async def test_everything_said_of_an_experiment_can_be_read_on_a_small_screen(open_deck):
    async with open_deck(finished()) as deck:
        await deck.sees("Cost #1")
        await deck.press("escape", "d")
        await deck.sees("parameters learned")
        await deck.press("escape")
        await deck.until(lambda: "parameters learned" not in deck.screen)


async def test_the_advice_is_read_whole_on_a_small_screen(open_deck):
    advice = Advice("l2", "0", "0.0001", "the training cost lies well below the validation cost")
    told = "2.30 → 0.11 by epoch 1034, gap 0.05, then overfitting: up 45 % to 0.16; keep epoch 1034"
    experiment, curve = trained(queued(1), 60, State.FINISHED)
    workbench = FakeWorkbench()
    workbench.put(replace(experiment, verdict=Verdict(VerdictKind.CONVERGED, told, (advice,))), curve)
    async with open_deck(workbench) as deck:
        await deck.sees("t try l2 0 → 0.0001")
        words = " ".join(line[28:].strip() for line in deck.screen.split("\n"))
        assert "(the training cost lies well below the validation cost)" in words
        assert f"#1 converged: {told}" in words
        await deck.pilot.resize_terminal(120, 30)
        await deck.sees("(the training cost lies well below the validation cost)")


def test_what_there_is_no_room_for_ends_in_dots_and_never_takes_the_line_of_the_advice():
    advice = Advice("learning_rate", "0.3", "0.1", "the cost jumps from epoch to epoch")
    verdict = Verdict(VerdictKind.UNSTABLE, "the training cost jumps up by 0.23 an epoch in the later half", (advice,))
    experiment = replace(trained(queued(1), 60, State.FINISHED)[0], verdict=verdict, idea="calmer")
    for rows in (2, 3, 4, 6):
        told = briefly(experiment, (), 40, rows).plain.split("\n")
        assert len(told) <= rows
        assert any("t try learning_rate 0.3 → 0.1" in each for each in told)
        assert all(len(each) <= 40 for each in told)
    assert told[-1] == "idea calmer"
    assert briefly(experiment, (), 40, 2).plain.count("…") == 2


def test_every_advice_stands_on_a_line_with_its_reason():
    advice = (Advice("l2", "0", "1e-4", "the gap grows"), Advice("dropout", "0", "0.2", "the gap grows"))
    verdict = Verdict(VerdictKind.CONVERGED, "2.30 → 0.11", advice)
    told = fully(replace(trained(queued(1), 60, State.FINISHED)[0], verdict=verdict), None, INFO).plain.split("\n")
    assert "t try l2 0 → 1e-4  (the gap grows)" in told
    assert "  or  dropout 0 → 0.2  (the gap grows)" in told


async def test_an_emptied_filter_goes_with_its_line(open_deck):
    async with open_deck(finished()) as deck:
        await deck.press("escape", "slash", "9", "enter")
        await deck.sees("0 of 1")
        await deck.press("slash", "backspace", "enter")
        await deck.until(lambda: not deck.pilot.app.screen.query("#filter"))
        await deck.sees("Experiments  1")


async def test_every_key_in_the_footer_has_its_word(open_deck):
    async with open_deck(finished()) as deck:
        await deck.press("escape")
        await deck.sees("? help")
        footer = deck.screen.split("\n")[-1].split("  ")
        assert all(len(each.split()) >= 2 for each in footer if each.strip())


async def test_the_footer_leaves_out_what_would_do_nothing(open_deck):
    workbench = FakeWorkbench()
    workbench.put(queued(1))
    async with open_deck(workbench, size=(160, 30)) as deck:
        await deck.press("escape")
        await deck.sees("x stop")
        assert not {"t try", "f final", "m c compare"} & set(deck.screen.split("\n")[-1].strip().split("  "))
        workbench.put(*trained(queued(1), 60, State.FINISHED))
        await deck.sees("t try")
        assert "x stop" not in deck.screen


async def test_space_is_said_to_go_on_where_an_experiment_is_paused(open_deck):
    workbench = FakeWorkbench([replace(queued(1), state=State.RUNNING)])
    async with open_deck(workbench, size=(120, 30)) as deck:
        await deck.press("escape")
        await deck.sees("␣ pause")
        await deck.press("space")
        await deck.sees("␣ go on")
        await deck.press("space")
        await deck.sees("␣ pause")
        workbench.put(*trained(queued(1), 60, State.FINISHED))
        await deck.until(lambda: "␣ pause" not in deck.screen)
        await deck.press("space")
        words = "Only an experiment that is queued, running, paused or interrupted can be paused or go on."
        await deck.until(lambda: words in [each.message for each in deck.pilot.app._notifications])


async def test_ctrl_c_says_how_to_leave_and_leaves_nothing(open_deck):
    async with open_deck(finished()) as deck:
        await deck.press("ctrl+c")
        await deck.sees("ctrl+q leaves the dashboard")
        await deck.press("escape", "ctrl+c")
        await deck.sees("ctrl+q leaves the dashboard")


async def test_the_palette_begins_with_the_dashboards_own_commands(open_deck):
    async with open_deck(finished(), size=(100, 60)) as deck:
        await deck.press("ctrl+p")
        await deck.sees("Train with the hyperparameters")
        await deck.sees("Change the colours.")
        assert "Screenshot" not in deck.screen


async def test_only_one_word_is_said_at_a_time(open_deck):
    async with open_deck(finished()) as deck:
        await deck.press("escape", "c", "c", "c")
        await deck.sees("0 marked")
        assert len(deck.pilot.app._notifications) == 1


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_a_session_that_cannot_be_written_says_so_in_the_header(open_deck, size):
    workbench = finished()
    poll = workbench.poll
    workbench.poll = lambda: replace(poll(), messages=("The session is read-only: nothing new is kept.",))
    async with open_deck(workbench, size=size) as deck:
        await deck.until(lambda: "read-only" in deck.screen.split("\n")[0])


async def test_the_header_says_whole_words_of_large_data_and_counts_looks_once_the_seal_is_broken(open_deck):
    workbench = finished()
    workbench.put(queued(2))
    async with open_deck(workbench) as deck:
        await deck.sees("1,077 train · 360 val · 360 sealed")
        await deck.until(lambda: deck.screen.split("\n")[0].rstrip().endswith("1 queued"))
        workbench.final(1, "the choice is made")
        await deck.sees("360 val · 360 test, 1 look ")
        assert "sealed" not in deck.screen.split("\n")[0]


@pytest.mark.parametrize("width", [46, 57, 62, 80])
def test_the_header_never_cuts_a_fact_that_a_shorter_form_can_tell(width):
    info = replace(INFO, train_rows=123_456, validation_rows=41_152, test_rows=41_152)
    forms = [each for each in facts(info, 0) if len(each) <= width]
    assert forms
    assert forms[0].endswith("sealed")


async def test_the_chart_tells_the_figures_of_the_table_and_of_how_many_fits_they_are_the_mean(open_deck):
    workbench = finished()
    workbench.put(confirmed(workbench.poll().experiments[0], [0.2, 0.22, 0.24]))
    async with open_deck(workbench) as deck:
        await deck.sees("◆ best 0.220 @")
        await deck.sees(", mean of 3  log y")


def test_the_sentence_of_nearly_every_field_fits_into_four_lines_of_the_narrow_form():
    too_long = [each.name for each in declarations() if len(wrap(explain(each), 24)) > 4]
    assert too_long == ["decay_rate"]


def test_small_costs_can_be_told_apart():
    assert figure(0.004791) == "0.00479"
    assert figure(0.02346) == "0.0235"
    assert [fitting(each, 6) for each in (0.00479, 0.00512, 12345.0, None)] == ["0.0048", "0.0051", "1.2e4", "–"]


@pytest.mark.parametrize("dialog", [AskScreen, WriteScreen])
async def test_a_text_that_is_being_taken_is_not_lost_by_leaving(open_deck, dialog):
    begun, may_end, taken = asyncio.Event(), asyncio.Event(), []

    async def take(text):
        begun.set()
        await may_end.wait()
        taken.append(text)

    async with open_deck(FakeWorkbench()) as deck:
        deck.pilot.app.push_screen(dialog("A slow disk", "kept", take))
        await deck.sees("A slow disk")
        await deck.press("enter")
        await begun.wait()
        await deck.press("escape")
        assert "A slow disk" in deck.screen
        may_end.set()
        await deck.until(lambda: "A slow disk" not in deck.screen)
        assert taken == ["kept"]
