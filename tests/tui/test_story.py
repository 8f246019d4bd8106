"""The main job, played with keys: form, run, live curve, history, words."""

from dataclasses import replace

import pytest
from fake_workbench import INFO, FakeWorkbench, queued, trained

from engine.errors import WorkError
from engine.records import Task
from sessions.records import State


async def test_a_person_changes_alpha_runs_and_watches_the_row_go_from_queued_to_finished(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.sees("no experiments yet")
        await deck.press(*"0.03", "ctrl+r")
        await deck.sees("… queued")
        assert deck.workbench.poll().experiments[0].hyperparameters.learning_rate == 0.03
        await deck.sees("$ tunedeck run digits -s learning_rate=0.03")
        deck.workbench.advance(1, 24)
        await deck.sees("▶  40 %")
        await deck.sees("┤")
        deck.workbench.advance(1, 60)
        await deck.sees("✓ done")
        await deck.sees("converged: 2.30")


async def test_a_second_run_starts_while_the_first_still_runs_and_either_can_be_selected(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        await deck.press("ctrl+r")
        await deck.sees("waiting for a free worker")
        deck.workbench.advance(1, 30)
        await deck.press("tab", "tab", "tab", *"32,16", "f5")
        await deck.sees("Cost #2")
        assert deck.workbench.poll().experiments[1].hyperparameters.hidden_units == (32, 16)
        assert ("run", 2, 1) in deck.workbench.calls
        await deck.press("escape", "j")
        await deck.sees("Cost #1")
        await deck.press("k")
        await deck.sees("Cost #2")


async def test_the_idea_goes_with_the_experiment_and_the_conclusion_follows(open_deck):
    async with open_deck(FakeWorkbench()) as deck:
        deck.pilot.app.screen.query_one("#idea TextArea").focus()
        await deck.press(*"half", "space", *"the", "space", *"step", "ctrl+r")
        await deck.sees("idea half the step")
        await deck.press("escape", "n")
        await deck.sees("Conclusion of #1")
        await deck.press(*"slower", "enter")
        await deck.sees("concluded slower")
        assert deck.workbench.poll().experiments[0].idea == "half the step"
        assert deck.workbench.poll().experiments[0].conclusion == "slower"


async def test_leaving_the_conclusion_with_escape_changes_nothing(open_deck):
    async with open_deck(FakeWorkbench([queued(1)])) as deck:
        await deck.press("escape", "n", *"draft", "escape")
        await deck.sees("waiting for a free worker")
        assert deck.workbench.poll().experiments[0].conclusion == ""


async def test_the_advice_fills_the_form(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    async with open_deck(workbench) as deck:
        await deck.sees("try l2 0 → 1e-4")
        await deck.press("escape", "t", "ctrl+r")
        await deck.until(lambda: len(workbench.poll().experiments) == 2)
        assert workbench.poll().experiments[1].hyperparameters.l2 == 1e-4


async def test_enter_loads_the_selected_experiment_into_the_form(open_deck):
    workbench = FakeWorkbench()
    first = queued(1)
    workbench.put(queued(1, first.hyperparameters.replace(learning_rate=0.3, beta1=0.8, optimizer="adam")))
    async with open_deck(workbench) as deck:
        await deck.sees("•Learning rate")
        await deck.press("escape", "enter")
        await deck.until(lambda: "•Learning rate" not in deck.screen)
        await deck.press("ctrl+r")
        await deck.until(lambda: len(workbench.poll().experiments) == 2)
        assert workbench.poll().experiments[1].hyperparameters == workbench.poll().experiments[0].hyperparameters


@pytest.mark.parametrize("key", ["enter", "t"])
async def test_what_has_no_effect_in_the_task_is_left_behind_when_the_form_takes_values_over(
    open_deck, monkeypatch, key
):
    monkeypatch.setattr("fake_workbench.INFO", replace(INFO, task=Task.REGRESSION, classes=(), score_name="r2"))
    workbench = FakeWorkbench()
    old = queued(1).hyperparameters.replace(class_weight="balanced")
    workbench.put(*trained(queued(1, old), 60, State.FINISHED))
    async with open_deck(workbench, size=(160, 40)) as deck:
        await deck.sees("try l2 0 → 1e-4")
        await deck.press("escape", key)
        await deck.sees("class_weight=balanced")
        await deck.press("ctrl+r")
        await deck.until(lambda: len(workbench.poll().experiments) == 2)
        assert workbench.poll().experiments[1].hyperparameters.class_weight == "none"


async def test_space_holds_and_releases_and_x_stops_the_selected_experiment(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 12, State.RUNNING))
    async with open_deck(workbench) as deck:
        await deck.press("escape", "space")
        await deck.sees("‖  20 %")
        await deck.sees("$ tunedeck pause digits 1")
        await deck.press("space")
        await deck.sees("▶  20 %")
        await deck.press("x")
        await deck.sees("■ stopped")


async def test_what_goes_wrong_in_the_session_is_said_in_a_sentence(open_deck):
    workbench = FakeWorkbench()
    workbench.error = WorkError("The disk is full: make room and run again.")
    async with open_deck(workbench, size=(120, 40)) as deck:
        await deck.press("ctrl+r")
        await deck.sees("The disk is full: make room and run again.")
        assert workbench.poll().experiments == ()


async def test_a_note_that_cannot_be_kept_stays_in_its_dialog_with_the_sentence(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    workbench.error = WorkError("The session is read-only: nothing can be written.")
    async with open_deck(workbench) as deck:
        await deck.press("escape", "n", *"half the step", "enter")
        await deck.sees("The session is read-only: nothing can be written.")
        await deck.sees("half the step")
        workbench.error = None
        await deck.press("enter")
        await deck.until(lambda: workbench.poll().experiments[0].conclusion == "half the step")
        await deck.until(lambda: "Conclusion of #1" not in deck.screen)
