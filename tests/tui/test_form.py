"""The form: errors beside fields, marks, groups, choices, steps."""

from dataclasses import replace

import pytest
from fake_workbench import FakeWorkbench, queued, trained

from engine.declaration import Group
from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters, declaration, declarations
from engine.records import Task
from sessions.records import State
from tui.draft import Draft, explain
from tui.steps import step
from tui.widgets.form import Form


@pytest.mark.parametrize("typed", ["--", "-1", "1e999", "0"])
async def test_a_wrong_alpha_is_marked_explained_and_nothing_runs(open_deck, typed):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press(*typed.replace("-", "\0").replace("\0", "-"), "ctrl+r")
        await deck.sees("!Learning rate")
        await deck.sees(f"learning_rate '{typed}'")
        assert deck.workbench.poll().experiments == ()


async def test_a_letter_that_no_number_has_leaves_the_number_and_says_what_its_key_does(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        value = deck.pilot.app.screen.query_one("#value-learning_rate")
        await deck.press("w")
        await deck.sees("'w' is not part of a number: esc, then w for sweep.")
        await deck.press("k")
        await deck.sees("'k' is not part of a number: use digits")
        assert value.value == "0.01"
        await deck.press("space")
        await deck.sees("' ' is not part of a number")
        assert value.value == "0.01"
        await deck.press("1", "e", "minus", "e", "3", "w")
        assert value.value == "1e-3"


async def test_lists_and_words_are_typed_as_ever(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press("tab", "tab", "tab", *"64,32", "x")
        assert deck.pilot.app.screen.query_one("#value-hidden_units").value == "64,32"
        deck.pilot.app.screen.set_focus(deck.pilot.app.screen.query_one("#idea TextArea"))
        await deck.press(*"wax")
        await deck.sees("wax")


async def test_running_with_an_invalid_field_goes_there_and_says_why(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press("tab", "tab", "tab", "0", "tab", "ctrl+r")
        await deck.until(lambda: deck.pilot.app.focused.id == "value-hidden_units")
        await deck.sees("hidden_units '0' is not")
        assert deck.workbench.poll().experiments == ()


async def test_a_field_that_differs_from_the_selected_experiment_is_marked(open_deck):
    async with open_deck(FakeWorkbench([queued(1)])) as deck:
        await deck.press(*"0.5")
        await deck.sees("•Learning rate")
        await deck.sees("Selected has 0.01.")
        await deck.press("backspace", "backspace", "backspace", *"0.01")
        await deck.until(lambda: "•Learning rate" not in deck.screen)


async def test_arrows_turn_through_choices_and_enter_lists_them(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press("tab", "tab", "tab", "tab", "right")
        await deck.sees("leaky_relu ▾")
        await deck.press("enter")
        await deck.sees("sigmoid")
        await deck.press("j", "enter")
        await deck.sees("tanh ▾")


async def test_a_closed_group_says_what_is_in_force_and_opens_with_enter(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        assert "Momentum" not in deck.screen
        await deck.press("tab", "tab", "tab", "tab", "tab", "enter")
        await deck.sees("Momentum μ")
        await deck.press("tab", "left")
        await deck.until(lambda: "Momentum μ" not in deck.screen)


async def test_every_hyperparameter_that_applies_is_on_the_wide_screen(open_deck):
    async with open_deck(FakeWorkbench(), size=(200, 50)) as deck:
        await deck.sees("Monitor")
        for entry in declarations():
            assert (entry.label in deck.screen) == entry.applies(Hyperparameters()), entry.name


def test_a_draft_keeps_the_last_valid_value_until_the_text_is_valid_again():
    draft = Draft(Hyperparameters())
    draft.type("epochs", "many")
    with pytest.raises(HyperparameterError, match="epochs 'many'"):
        draft.read()
    draft.type("epochs", "7")
    assert draft.read().epochs == 7


def test_an_invalid_field_that_does_not_apply_does_not_hinder():
    draft = Draft(Hyperparameters(optimizer="adam"))
    draft.type("beta1", "x")
    draft.type("optimizer", "sgd")
    assert draft.read() == Hyperparameters(optimizer="sgd")


def test_a_closed_group_is_summed_up_by_its_method_and_what_is_not_default():
    draft = Draft(Hyperparameters(optimizer="adam", beta1=0.8, l2=1e-4, dropout=0.2))
    assert draft.in_force(Group.OPTIMIZER) == "adam β₁ 0.8"
    assert draft.in_force(Group.REGULARIZATION) == "λ 0.0001 dropout 0.2"
    assert Draft(Hyperparameters()).in_force(Group.REGULARIZATION) == "none"


def test_every_sentence_names_what_is_allowed():
    for entry in declarations():
        words = explain(entry)
        assert words.startswith(entry.sentence)
        assert words.endswith(".")


@pytest.mark.parametrize(
    ("name", "text", "direction", "after"),
    [
        ("learning_rate", "0.01", 1, "0.02"),
        ("learning_rate", "0.02", -1, "0.01"),
        ("learning_rate", "0.03", 1, "0.05"),
        ("l2", "0", 1, "1e-06"),
        ("l2", "1e-06", -1, "0"),
        ("batch_size", "32", 1, "64"),
        ("batch_size", "1", -1, "0"),
        ("epochs", "1", -1, "1"),
        ("momentum", "0.9", 1, "0.95"),
        ("momentum", "0.95", 1, "0.95"),
        ("hidden_units", "64,64", 1, "64,64"),
        ("learning_rate", "abc", 1, "abc"),
    ],
)
def test_arrows_step_along_the_natural_scale_and_stay_inside(name, text, direction, after):
    assert step(declaration(name), text, direction) == after


async def footer_at(deck, name: str) -> str:
    deck.pilot.app.screen.set_focus(deck.pilot.app.screen.query_one(f"#{name}"))
    await deck.pilot.pause()
    return deck.screen.split("\n")[-1]


async def test_the_footer_tells_the_keys_of_what_has_the_focus_in_the_form(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    async with open_deck(workbench) as deck:
        await deck.sees("Cost #1")
        assert "tab next  ↑↓ step  esc table" in await footer_at(deck, "value-epochs")
        assert "tab next  ←→ choose  ⏎ list  esc table" in await footer_at(deck, "value-activation")
        await deck.press("tab")
        assert "tab next  ⏎ unfold/fold  esc table" in deck.screen.split("\n")[-1]
        assert "⏎ press" in await footer_at(deck, "run")
        deck.pilot.app.screen.set_focus(deck.pilot.app.screen.query_one("#idea TextArea"))
        await deck.pilot.pause()
        assert "^R run  tab next  esc table" in deck.screen.split("\n")[-1]


@pytest.mark.parametrize("place", ["value-activation", "heading", "run"])
async def test_letters_command_nothing_while_a_part_of_the_form_has_the_focus(open_deck, place):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    workbench.put(replace(queued(2), state=State.RUNNING))
    async with open_deck(workbench) as deck:
        await deck.sees("Cost #2")
        query = "GroupHeading" if place == "heading" else f"#{place}"
        deck.pilot.app.screen.set_focus(deck.pilot.app.screen.query(query).last())
        await deck.press("x")
        await deck.sees("'x' does nothing in the form: esc, then x for stop.")
        await deck.press("f", "w", "d")
        assert len(deck.pilot.app.screen_stack) == 1
        assert workbench.poll().experiments[1].state is State.RUNNING
        await deck.press("question_mark")
        assert len(deck.pilot.app.screen_stack) == 2


@pytest.mark.parametrize("name", ["momentum", "l1"])
async def test_a_group_with_the_focus_stays_open_when_the_terminal_shrinks(open_deck, name):
    async with open_deck(FakeWorkbench(), size=(200, 50)) as deck:
        await deck.until(lambda: bool(deck.pilot.app.screen.query(f"#value-{name}")))
        value = deck.pilot.app.screen.query_one(f"#value-{name}")
        deck.pilot.app.screen.set_focus(value)
        await deck.pilot.resize_terminal(80, 24)
        await deck.until(lambda: not deck.pilot.app.screen.has_class("-wide"))
        await deck.press(*"0.25")
        assert deck.pilot.app.focused is value
        await deck.sees("0.25")
        assert "Warm-up" not in deck.screen


async def test_keys_pressed_quickly_leave_one_sentence(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        for each in "qqzzq":
            deck.pilot.app.simulate_key(each)
        await deck.sees("'q' is not part")
        await deck.until(lambda: deck.screen.count("is not part of a number") == 1)
        assert len(deck.pilot.app.screen.query("ToastRack > *")) == 1


async def test_the_form_leaves_out_what_has_no_effect_in_the_task_unless_it_has_to_be_cleared(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        form = deck.pilot.app.screen.query_one(Form)
        draft, entry = form._draft, declaration("class_weight")
        assert draft.applies(entry)
        form.suit(Task.REGRESSION)
        assert not draft.applies(entry)
        form.load(Hyperparameters(class_weight="balanced"))
        assert draft.applies(entry)
