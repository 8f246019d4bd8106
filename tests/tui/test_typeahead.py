"""Keys that arrive in one burst go where they would have gone had they been typed slowly."""

import pytest
from fake_workbench import FakeWorkbench
from textual import events
from textual.widgets import TextArea


async def burst(deck, *keys):
    """All keys at once, as a paste, a script or a slow line delivers them."""
    app = deck.pilot.app
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else "\t" if key == "tab" else None))
    await deck.pilot.pause()


def value(deck, name):
    return deck.pilot.app.screen.query_one(f"#value-{name}").value


@pytest.mark.parametrize("turn", range(5))
async def test_keys_behind_a_tab_go_into_the_next_field(open_deck, turn):
    async with open_deck(FakeWorkbench()) as deck:
        await burst(deck, *["tab", "shift+tab"] * turn, "tab", *"500")
        await deck.until(lambda: value(deck, "epochs") == "500")
        assert value(deck, "learning_rate") == "0.01"


async def test_an_emptied_field_keeps_what_is_typed_behind(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await burst(deck, "tab", "ctrl+u", *"500", "backspace", "7", "shift+tab", "ctrl+u", *"0.5")
        await deck.until(lambda: value(deck, "learning_rate") == "0.5")
        assert value(deck, "epochs") == "507"


async def test_enter_goes_to_the_next_field_at_once(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await burst(deck, *"0.5", "enter", *"500")
        await deck.until(lambda: value(deck, "epochs") == "500")
        assert value(deck, "learning_rate") == "0.5"


async def test_what_was_typed_before_run_is_what_runs(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await burst(deck, *"0.5", "tab", *"500", "ctrl+r")
        await deck.until(lambda: len(deck.workbench.poll().experiments) == 1)
        wanted = deck.workbench.poll().experiments[0].hyperparameters
        assert (wanted.learning_rate, wanted.epochs) == (0.5, 500)


async def test_a_filter_takes_the_keys_behind_the_key_that_opens_it(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await burst(deck, "escape", "slash", *"12")
        await deck.until(lambda: deck.pilot.app.screen.query_one("#filter").value == "12")


async def test_the_idea_is_left_with_the_key_behind_its_words(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        screen = deck.pilot.app.screen
        screen.set_focus(screen.query_one("#idea TextArea"))
        await burst(deck, *"half", "enter", "tab", "shift+tab", *"step")
        await deck.until(lambda: screen.query_one("#idea TextArea", TextArea).text == "half\nstep")


async def test_the_space_of_a_sweep_takes_keys_in_turn(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await burst(deck, "escape", "w")
        await deck.sees("Space")
        await burst(deck, "escape", "e", *"0.1..1", "tab", "tab", "shift+tab", "ctrl+u", *"2..4")
        await deck.until(lambda: value(deck, "learning_rate") == "0.1..1")
        await deck.until(lambda: value(deck, "hidden_layers") == "2..4")
