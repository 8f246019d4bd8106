"""Every command of every screen, declared once: from here come the keys, the palette, the footer and the help."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from textual.binding import Binding

__all__ = [
    "CHOICE_KEYS", "COMMANDS", "COMPARE_COMMANDS", "FIELD_KEYS", "FILTER_KEYS", "FORM_KEYS", "HEADING_KEYS",
    "PRESS_KEYS", "PROPOSE_KEYS", "SPACE_KEYS", "STEP_KEYS", "SWEEP_COMMANDS", "SWITCH_KEYS", "Command", "FieldKey",
    "Where", "bindings",
]  # fmt: skip

FieldKey = tuple[str, str, str]
"""Key, label and sentence of what a place to type in binds itself."""


class Where(Enum):
    """Where a command's keys work."""

    ANYWHERE = "anywhere"
    """Also while text is being typed."""
    EXPERIMENTS = "experiments"
    """Outside the form: there a letter is text, or would act on what the person does not look at."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do on a screen."""

    action: str
    """The screen's action method, without `action_`."""
    keys: str
    """As Textual takes them, separated by commas; the first is the one that is shown."""
    shown: str
    """How the footer writes the key."""
    label: str
    """One or two words."""
    sentence: str
    """What it does, for help and palette."""
    where: Where = Where.EXPERIMENTS
    is_in_footer: bool = True
    """False where the entry of another command names this key too."""


_EVERYWHERE = (
    Command("help", "f1,question_mark", "?", "help", "Show this list.", Where.ANYWHERE),
    Command("palette", "ctrl+p", "^P", "palette", "Search all commands.", Where.ANYWHERE),
    Command("quit", "ctrl+q", "^Q", "quit", "Leave the dashboard; training goes on in the background.",
            Where.ANYWHERE),
)  # fmt: skip
"""On every screen."""

COMMANDS = (
    Command("run", "ctrl+r,f5", "^R", "run", "Train with the hyperparameters of the form, in the background.",
            Where.ANYWHERE),
    Command("load", "enter", "⏎", "load", "Copy the selected experiment's hyperparameters into the form."),
    Command("try_advice", "t", "t", "try", "Fill the form with the advice for the selected experiment."),
    Command("toggle_pause", "space", "␣", "pause", "Pause the selected experiment, or let it go on."),
    Command("stop", "x", "x", "stop", "Stop the selected experiment; its best parameters and its curve are kept."),
    Command("note", "n", "n", "note", "Write the conclusion of the selected experiment."),
    Command("detail", "d", "d", "detail", "Read all that is said of the selected experiment, also what is cut here."),
    Command("filter", "slash", "/", "filter", "Show only some experiments: words, states, #12, learning_rate=0.03."),
    Command("sort", "s", "s", "sort", "Sort by newest, score, validation cost or time, in turn."),
    Command("sweep", "w", "w", "sweep", "Search systematically: what varies, who leads, what mattered."),
    Command("mark", "m", "m", "mark", "Mark the selected experiment for a comparison, or unmark it.",
            is_in_footer=False),
    Command("compare", "c", "m c", "compare", "Put the marked experiments side by side: curves, differences, a test."),
    Command("final", "f", "f", "final", "Break the seal: score the selected experiment on the test rows."),
    Command("toggle_log", "l", "l", "log", "Draw the cost on a logarithmic or a linear scale."),
    Command("copy_command", "y", "y", "copy", "Copy the command line of the last action."),
    *_EVERYWHERE,
)  # fmt: skip
"""Of the Deck."""

SWEEP_COMMANDS = (
    Command("launch", "ctrl+r,f5", "^R", "launch", "Begin the sweep that the Space pane says.", Where.ANYWHERE),
    Command("back", "escape", "esc", "Deck", "From the Space pane to the leaderboard; from there back to the Deck."),
    Command("edit", "e", "e", "edit", "Write in the Space pane: what varies, how it is searched."),
    Command("preset", "p", "p", "presets", "Fill the Space pane: learning rates, architectures, a range test."),
    Command("toggle_pause", "space", "␣", "pause", "Pause the sweep, or let it go on."),
    Command("stop", "x", "x", "stop", "Stop the sweep, having asked; its trials are kept and its winner is drawn up."),
    Command("widen", "plus", "+", "widen", "Widen the shown hyperparameter where its best value lies at an edge."),
    Command("add", "a", "a", "add", "Add trials to the sweep; one that is over goes on."),
    Command("retry", "r", "r", "retry", "Train the failed and interrupted trials again."),
    Command("figure", "v", "v", "view", "Show the next figure: curves, best so far, importance, slice, time."),
    Command("turn(1)", "right_square_bracket", "←→", "slice", "Slice by the next hyperparameter."),
    Command("open_trial", "enter", "⏎", "open", "Go to the selected trial on the Deck."),
    Command("compare", "c", "c", "compare", "Put the foremost four side by side."),
    Command("older", "less_than_sign,comma", "< >", "sweeps", "Show the sweep before."),
    Command("newer", "greater_than_sign,full_stop", ">", "newer", "Show the next sweep.", is_in_footer=False),
    Command("final", "f", "f", "final", "Break the seal: score the winner on the test rows, with a reason."),
    Command("toggle_log", "l", "l", "log", "Draw costs on a logarithmic or a linear scale."),
    Command("copy_command", "y", "y", "copy", "Copy the command line of the last action."),
    *_EVERYWHERE,
)  # fmt: skip
"""Of the Sweep screen."""

COMPARE_COMMANDS = (
    Command("back", "escape,q,c", "esc", "Deck", "Back to the Deck."),
    Command("toggle_log", "l", "l", "log", "Draw costs on a logarithmic or a linear scale."),
    Command("train", "t", "t", "train curves", "Draw the training costs instead of the validation costs, and back."),
    *_EVERYWHERE,
)
"""Of the Compare screen."""

STEP_KEYS = (("↑↓", "step", "In a number: the next value on its natural scale."),)
"""Keys of a value that is typed; the fields bind their keys themselves."""

PROPOSE_KEYS = (("↑↓", "propose", "In a range: up proposes one, down leaves the value fixed."),)
"""Keys of a range."""

CHOICE_KEYS = (
    ("←→", "choose", "On a choice: the next word, or the one before."),
    ("⏎", "list", "On a choice: all its words."),
)
"""Keys of a value out of a few words."""

SWITCH_KEYS = (("←→", "switch", "On a switch: on or off."),)
"""Keys of one that is on or off."""

HEADING_KEYS = (("⏎", "unfold/fold", "On a heading of the form: show its fields, or hide them."),)
"""Keys of a group's heading."""

PRESS_KEYS = (("⏎", "press", "On a button: press it."),)
"""Keys of a button."""

FIELD_KEYS = (*STEP_KEYS, *CHOICE_KEYS, *SWITCH_KEYS, *HEADING_KEYS, *PRESS_KEYS)
"""Keys of all that a form is made of."""

FORM_KEYS = (
    ("tab", "next", "Next field; shift+tab is the one before."),
    ("esc", "table", "From the form to the experiments; from there back to the form."),
)
"""Keys of the whole form."""

FILTER_KEYS = (
    ("⏎", "table", "From the filter to the experiments it leaves."),
    ("esc", "all", "From the filter, or from the experiments it leaves, back to all experiments."),
)
"""Keys of the filter, likewise."""

SPACE_KEYS = (
    ("tab", "next", "Next field; shift+tab is the one before."),
    ("esc", "leaders", "From the Space pane to the leaderboard."),
)
"""Keys of the whole Space pane."""


def bindings(commands: Sequence[Command] = COMMANDS) -> list[Binding]:
    """The bindings of the commands. Those that work anywhere take precedence over what is being typed."""
    made = []
    for command in commands:
        for key in command.keys.split(","):
            typed = key == "question_mark"
            priority = command.where is Where.ANYWHERE and not typed
            made.append(Binding(key, command.action, command.label, show=False, priority=priority))
    return made
