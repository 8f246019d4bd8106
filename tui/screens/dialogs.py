"""The small screens over the Deck: help, a list to choose from, a text to write."""

from collections.abc import Sequence
from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from tui.keymap import COMMANDS, FORM_KEYS, Command, FieldKey
from tui.text import clean

__all__ = ["AskScreen", "ChooseScreen", "ConfirmScreen", "HelpScreen", "ReadScreen", "WriteScreen"]


_KEY_WIDTH, _SENTENCE_WIDTH = 11, 56


class HelpScreen(ModalScreen[None]):
    """Every key with its sentence."""

    BINDINGS = [Binding("escape,q,f1,question_mark,enter", "dismiss_help", "Close", show=False)]

    def __init__(self, commands: Sequence[Command] = COMMANDS, form_keys: Sequence[FieldKey] = FORM_KEYS) -> None:
        super().__init__()
        self._commands = commands
        self._form_keys = form_keys

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", id="help") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            yield Static(_help_text(self._commands, self._form_keys))

    def action_dismiss_help(self) -> None:
        """Close the help."""
        self.dismiss(None)


def _help_text(commands: Sequence[Command], form_keys: Sequence[FieldKey]) -> Content:
    rows = [(_key_names(each.keys), each.sentence) for each in commands]
    rows += [("j k g G", "Down, up, first, last experiment; arrows and page keys alike, and the mouse.")]
    rows += [(key, sentence) for key, _, sentence in form_keys]
    return Content("\n").join([_help_row(key, sentence) for key, sentence in rows])


def _help_row(key: str, sentence: str) -> Content:
    """The key, and the sentence beside it on as many lines as it needs."""
    first, *others = wrap(sentence, _SENTENCE_WIDTH)
    return Content("\n").join(
        [Content.assemble((key.ljust(_KEY_WIDTH), "bold $accent"), first)]
        + [Content(" " * _KEY_WIDTH + each) for each in others]
    )


def _key_names(keys: str) -> str:
    names = {
        "slash": "/", "question_mark": "?", "enter": "⏎", "f1": "F1", "f5": "F5", "escape": "esc", "plus": "+",
        "less_than_sign": "<", "greater_than_sign": ">", "comma": ",", "full_stop": ".",
        "right_square_bracket": "← → ]",
    }  # fmt: skip
    return " ".join(names.get(key, key) for key in keys.split(","))


class ReadScreen(ModalScreen[None]):
    """A text to read."""

    BINDINGS = [Binding("escape,q,d,enter", "leave", "Close", show=False)]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "esc closes"
            yield Static(self._text)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)


class ChooseScreen(ModalScreen[str | None]):
    """One word out of several; None when nothing was chosen."""

    BINDINGS = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("j", "list('cursor_down')", show=False),
        Binding("k", "list('cursor_up')", show=False),
    ]

    def __init__(self, title: str, words: tuple[str, ...], current: str) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._current = current

    def compose(self) -> ComposeResult:
        words = OptionList(
            *(Option(word, id=word) for word in self._words), classes="dialog", compact=True, markup=False
        )
        words.border_title = self._title
        words.highlighted = self._words.index(self._current) if self._current in self._words else 0
        yield words

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def action_list(self, move: str) -> None:
        """Move as with the arrows."""
        getattr(self.query_one(OptionList), f"action_{move}")()


class WriteScreen(ModalScreen[str | None]):
    """A text of a few lines; None when it was left as it is."""

    BINDINGS = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("enter,ctrl+s", "keep", "Keep", show=False, priority=True),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = TextArea(clean(text, lines=True), compact=True, highlight_cursor_line=False, id="note")
        self._text.cursor_blink = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "⏎ keeps · esc leaves"
            yield self._text

    def on_mount(self) -> None:
        self._text.move_cursor(self._text.document.end)
        self.set_focus(self._text)

    def action_keep(self) -> None:
        """Hand the text over."""
        self.dismiss(clean(self._text.text, lines=True).strip())

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)


class ConfirmScreen(ModalScreen[bool]):
    """Says what a key would end; whether that is meant."""

    BINDINGS = [
        Binding("x", "answer(True)", "Yes", show=False),
        Binding("escape,q", "answer(False)", "No", show=False),
    ]

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self._title = title
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "x stops it · esc lets it be"
            yield Static(Content(self._words))

    def action_answer(self, is_meant: bool) -> None:
        """Hand the answer over."""
        self.dismiss(is_meant)


class AskScreen(ModalScreen[str | None]):
    """One line of text; None when nothing was asked for."""

    BINDINGS = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._line = Input(text, compact=True, id="ask")
        self._line.cursor_blink = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "⏎ goes on · esc leaves"
            yield self._line

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)
