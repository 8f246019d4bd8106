"""The screen as a whole: sizes, help, palette, hostile text, first frame."""

import subprocess
import sys
from dataclasses import replace

import pytest
from fake_workbench import FakeWorkbench, queued, trained

from engine.hyperparameters import Hyperparameters
from engine.records import Verdict, VerdictKind
from sessions.records import Curve, State
from tui.echo import run_command
from tui.keymap import COMMANDS
from tui.text import clean, duration, figure, score, spent

_HOSTILE = "[bold red]x[/] [@click=app.quit]y \x1b]0;z\x07\x1b[2J\u202e end"


@pytest.mark.parametrize("size", [(40, 10), (1, 1), (59, 16)])
async def test_a_terminal_that_is_too_small_says_so_and_recovers(open_deck, size):
    async with open_deck(FakeWorkbench([queued(1)])) as deck:
        await deck.pilot.resize_terminal(*size)
        await deck.until(lambda: "Hyperparameters" not in deck.screen)
        if size[0] > 30:
            await deck.sees("tunedeck needs at least 60×16")
        await deck.pilot.resize_terminal(80, 24)
        await deck.sees("Hyperparameters")
        await deck.sees("Experiments  1")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (160, 45), (200, 50), (300, 90)])
async def test_form_chart_and_table_are_in_sight_at_every_size(open_deck, size):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    async with open_deck(workbench, size=size) as deck:
        await deck.sees("Cost #1")
        for text in ("Hyperparameters", "Learning rate", "Experiments  1", "✓ done", "^Q"):
            assert text in deck.screen
        assert "Run" in deck.screen or size[1] < 24


async def test_the_top_line_says_as_much_as_there_is_room_for(open_deck):
    async with open_deck(FakeWorkbench([queued(1)]), size=(80, 24)) as deck:
        await deck.sees(" val · ")
        await deck.pilot.resize_terminal(160, 45)
        await deck.sees(" validation · ")
        await deck.pilot.resize_terminal(80, 24)
        await deck.sees(" val · ")


async def test_the_wide_screen_adds_figures_layers_and_the_curve_of_each_row(open_deck):
    workbench = FakeWorkbench()
    workbench.put(*trained(queued(1), 60, State.FINISHED))
    async with open_deck(workbench, size=(200, 50)) as deck:
        for text in ("update/weight", "(64, 64)", "parameters learned", "rests on one training", "█▇"):
            await deck.sees(text)


async def test_a_curve_that_is_lost_is_told_and_one_that_never_was_is_not_awaited(open_deck):
    workbench = FakeWorkbench()
    finished, _ = trained(queued(1), 60, State.FINISHED)
    workbench.put(finished, Curve())
    workbench.put(replace(queued(2), state=State.STOPPED), Curve())
    async with open_deck(workbench) as deck:
        await deck.sees("no curve: it was not trained")
        await deck.press("escape", "j")
        await deck.sees("the curve is lost")
        await deck.sees("tunedeck doctor digits")
        await deck.press("m", "k", "m", "c")
        await deck.sees("none of them has a curve")


async def test_help_lists_every_command_with_its_sentence(open_deck):
    async with open_deck(FakeWorkbench(), size=(100, 60)) as deck:
        await deck.press("f1")
        for command in COMMANDS:
            await deck.sees(command.sentence[:30])
        await deck.press("escape")
        await deck.until(lambda: COMMANDS[0].sentence[:30] not in deck.screen)


async def test_the_palette_finds_a_command_by_its_words(open_deck):
    async with open_deck(FakeWorkbench(), size=(100, 40)) as deck:
        await deck.press("ctrl+p", *"logarithmic")
        await deck.sees("Draw the cost on a logarithmic")


async def test_markup_and_escape_sequences_in_peoples_text_are_shown_not_obeyed(open_deck):
    workbench = FakeWorkbench()
    experiment, curve = trained(queued(1, idea=_HOSTILE), 60, State.FINISHED)
    workbench.put(replace(experiment, verdict=Verdict(VerdictKind.LEARNING, f"learning {_HOSTILE}")), curve)
    async with open_deck(workbench, size=(200, 50)) as deck:
        await deck.sees("[bold red]x[/] [@click=app.quit]y ·]0;z··[2J· end")
        await deck.press("escape", "n")
        assert "\x1b" not in deck.screen


async def test_leaving_says_that_training_goes_on(open_deck):
    async with open_deck(FakeWorkbench([replace(queued(1), state=State.RUNNING)])) as deck:
        said = []
        deck.pilot.app.exit = lambda *_, message=None, **__: said.append(message)
        await deck.press("ctrl+q")
        assert said == ["1 experiment goes on in the background; `tunedeck digits` shows it again."]


def test_the_first_frame_loads_no_heavy_library():
    program = (
        "import sys\n"
        "from tui.app import TunedeckApp\n"
        "class Probe(TunedeckApp):\n"
        "    def on_ready(self):\n"
        "        heavy = {'numpy', 'plotext', 'tinydb', 'optuna'}\n"
        "        print(sorted(heavy & set(sys.modules)), file=sys.__stderr__)\n"
        "        self.exit()\n"
        "def open_workbench():\n"
        "    from engine.errors import NotFoundError\n"
        "    raise NotFoundError('gone')\n"
        "Probe(open_workbench, session='digits').run(headless=True, size=(80, 24))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "[]" in done.stderr


def test_the_command_line_names_only_what_differs_and_quotes_words():
    hyperparameters = Hyperparameters(learning_rate=0.03, hidden_units=())
    expected = "tunedeck run digits -s learning_rate=0.03 -s hidden_units= --idea 'a b'"
    assert run_command("digits", hyperparameters, "a b") == expected


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1123, "0.112"), (2.3026, "2.30"), (12.34, "12.3"), (1234.5, "1234"), (1e-5, "1.0e-5"), (float("nan"), "–"),
     (float("inf"), "∞"), (0.0, "0"), (None, "–")],
)  # fmt: skip
def test_a_cost_has_as_many_digits_as_matter(value, shown):
    assert figure(value) == shown


def test_durations_are_short():
    assert [duration(each) for each in (0, 5, 65, 7200)] == ["–", "0:05", "1:05", "2.0h"]


def test_a_score_that_rounds_to_nothing_has_no_sign():
    assert [score(-0.0002), score(-0.0002, 5), score(-0.012)] == ["0.000", "0.000", "-0.012"]


def test_what_a_short_training_took_is_told_to_the_tenth_of_a_second():
    assert [spent(each) for each in (0, 0.03, 0.1, 5.04, 9.96, 65)] == ["–", "30ms", "0.1s", "5.0s", "0:10", "1:05"]


def test_characters_a_terminal_acts_on_become_dots():
    assert clean("a\x1b[2Jb\u202ec\nd") == "a·[2Jb·c d"
