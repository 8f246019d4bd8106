"""Every command of the Deck, declared once: from here come its keys, the palette, the footer and the help."""

from dataclasses import dataclass
from enum import Enum

from textual.binding import Binding

__all__ = ["COMMANDS", "FORM_KEYS", "Command", "Where", "bindings"]


class Where(Enum):
    """Where a command's keys work."""

    ANYWHERE = "anywhere"
    """Also while text is being typed."""
    EXPERIMENTS = "experiments"
    """Wherever the keys are not text: in the table, on a choice, on a button."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do on the Deck."""

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


COMMANDS = (
    Command("run", "ctrl+r,f5", "^R", "run", "Train with the hyperparameters of the form, in the background.",
            Where.ANYWHERE),
    Command("load", "enter", "⏎", "load", "Copy the selected experiment's hyperparameters into the form."),
    Command("try_advice", "t", "t", "try", "Fill the form with the advice for the selected experiment."),
    Command("toggle_pause", "space", "␣", "pause", "Hold the selected experiment, or let it go on."),
    Command("stop", "x", "x", "stop", "Stop the selected experiment; its best parameters and its curve are kept."),
    Command("note", "n", "n", "note", "Write the conclusion of the selected experiment."),
    Command("filter", "slash", "/", "filter", "Show only some experiments: words, states, #12, learning_rate=0.03."),
    Command("sort", "s", "s", "sort", "Sort by newest, validation cost, score or time, in turn."),
    Command("toggle_log", "l", "l", "log", "Draw the cost on a logarithmic or a linear scale.", is_in_footer=False),
    Command("copy_command", "y", "y", "copy command", "Copy the command line of the last action.",
            is_in_footer=False),
    Command("help", "f1,question_mark", "?", "help", "Show this list.", Where.ANYWHERE),
    Command("palette", "ctrl+p", "^P", "palette", "Search all commands.", Where.ANYWHERE),
    Command("quit", "ctrl+q", "^Q", "quit", "Leave the dashboard; training goes on in the background.",
            Where.ANYWHERE),
)  # fmt: skip

FORM_KEYS = (
    ("tab", "next", "Next field; shift+tab is the one before."),
    ("↑↓", "step", "The next value on the field's natural scale; ←→ turns through choices, ⏎ lists them."),
    ("esc", "table", "From the form to the experiments; from there back to the form."),
)
"""Keys of the form's fields (key, label, sentence); the fields themselves bind them."""


def bindings() -> list[Binding]:
    """The bindings of all commands. Those that work anywhere take precedence over what is being typed."""
    made = []
    for command in COMMANDS:
        for key in command.keys.split(","):
            typed = key in ("question_mark",)
            priority = command.where is Where.ANYWHERE and not typed
            made.append(Binding(key, command.action, command.label, show=False, priority=priority))
    return made
