"""The small screens over the Deck: help, a list to choose from, a text to write."""

from collections.abc import Awaitable, Callable, Sequence
from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from engine.errors import TunedeckError
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


class _AnswerScreen(ModalScreen[None]):
    """Something to write, which stays open until it has been taken: a text that is refused must not be lost."""

    BINDINGS = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, title: str, take: Callable[[str], Awaitable[None]]) -> None:
        """`take` raises a TunedeckError for a text that it refuses."""
        super().__init__()
        self._title = title
        self._take = take
        self._is_taking = False
        self._refusal = Static(id="refusal")

    def action_leave(self) -> None:
        """Change nothing. While the text is being taken it stays: leaving would end that halfway and say nothing."""
        if not self._is_taking:
            self.dismiss(None)

    def _hand_over(self, text: str) -> None:
        if not self._is_taking:
            self._is_taking = True
            self.run_worker(self._try(text))

    async def _try(self, text: str) -> None:
        try:
            await self._take(text)
        except TunedeckError as error:
            self._refusal.update(Content(clean(str(error))))
            self._refusal.display = True
        else:
            self.dismiss(None)
        finally:
            self._is_taking = False


class WriteScreen(_AnswerScreen):
    """A text of a few lines."""

    BINDINGS = [Binding("enter,ctrl+s", "keep", "Keep", show=False, priority=True)]

    def __init__(self, title: str, text: str, take: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(title, take)
        self._text = TextArea(clean(text, lines=True), compact=True, highlight_cursor_line=False, id="note")
        self._text.cursor_blink = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "⏎ keeps · esc leaves"
            yield self._text
            yield self._refusal

    def on_mount(self) -> None:
        self._text.move_cursor(self._text.document.end)
        self.set_focus(self._text)

    def action_keep(self) -> None:
        """Hand the text over."""
        self._hand_over(clean(self._text.text, lines=True).strip())


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


class AskScreen(_AnswerScreen):
    """One line of text."""

    def __init__(self, title: str, text: str, take: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(title, take)
        self._line = Input(text, compact=True, id="ask")
        self._line.cursor_blink = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "⏎ goes on · esc leaves"
            yield self._line
            yield self._refusal

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._hand_over(event.value.strip())
