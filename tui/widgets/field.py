"""One hyperparameter of the form: its label and the editor of its value. Holds text; judges nothing."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, Static

from engine.declaration import Declaration, Kind
from tui.inks import ink, paper
from tui.keymap import CHOICE_KEYS, STEP_KEYS, SWITCH_KEYS, FieldKey
from tui.steps import step
from tui.text import cut
from tui.widgets.form_part import FormPart, WordlessPart

__all__ = ["Choice", "Field", "TextValue", "numbers"]


def numbers(more: str = "") -> str:
    """The pattern of numbers, finished or not, and of lists of them: `more` signs than usual, and e behind a digit."""
    return rf"(?:[\d.][eE]|[\d.,+\-_ \[\](){more}])*"


class TextValue(Input, FormPart):
    """A value as text, written at the right edge like all figures; a number takes nothing that no number has."""

    BINDINGS = [
        Binding("up", "step(1)", "Next value", show=False),
        Binding("down", "step(-1)", "Previous value", show=False),
    ]
    _pattern = f"(?! ){numbers()}"
    """Blanks stand between numbers only: the first key typed takes the place of the whole value."""

    def __init__(self, entry: Declaration, text: str) -> None:
        super().__init__(text, compact=True, validate_on=[], id=f"value-{entry.name}")
        self.cursor_blink = False
        self._entry = entry
        self._typed = ""
        if entry.kind not in (Kind.CHOICE, Kind.SWITCH):
            self.restrict = self._pattern

    def render_line(self, y: int) -> Strip:
        """The text, pushed to the right by as much as is free; without the cursor, its beginning."""
        if not y and self.value and not self.has_focus:
            room = max(1, self.size.width - 1)
            shown = cut(self.value, room)
            # A blank for the cursor behind it, or between it and the label where there is room for one only.
            return Strip([Segment(shown.rjust(room) + " " if len(shown) < room else " " + shown, self.rich_style)])
        free = self._free_cells()
        strip = super().render_line(y)
        if y or not free:
            return strip
        return Strip.join([Strip.blank(free, self.rich_style), strip.crop(0, self.size.width - free)])

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]
        """None: styling the four of Input for every field costs 10 ms of the first frame."""
        return frozenset()

    def get_component_rich_style(self, *names: str, partial: bool = False, default: Style | None = None) -> Style:
        """Cursor, selection and placeholder in the theme's colours."""
        if "input--cursor" in names:
            return Style(reverse=True)
        if "input--selection" in names:
            return paper(self, "panel")
        return ink(self, "quiet")

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in place of another, unless that is refused."""
        self._typed = text
        super().replace(text, start, end)

    def restricted(self) -> None:
        """Tell what was refused."""
        self.post_message(self.Refused(self._typed, "is not part of a number", ": use digits, as in 0.03 or 1e-4"))

    @property
    def field_keys(self) -> Sequence[FieldKey]:
        """The arrows."""
        return STEP_KEYS

    def action_step(self, direction: int) -> None:
        """Go to the next value on the hyperparameter's natural scale."""
        self.value = step(self._entry, self.value, direction)

    def _cell_offset_to_index(self, offset: int) -> int:
        return super()._cell_offset_to_index(max(0, offset - self._free_cells()))

    def _free_cells(self) -> int:
        cells = self.content_width if self.has_focus else max(1, self.content_width - 1)
        return max(0, self.size.width - cells)


class Choice(WordlessPart):
    """A value out of a few words: turned through with the arrows, listed with enter."""

    class Listed(Message):
        """The person wants to see all choices."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

    class Changed(Message):
        """Another word was chosen."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            return self.choice

    BINDINGS = [
        Binding("right,down,space", "turn(1)", "Next choice", show=False),
        Binding("left,up", "turn(-1)", "Previous choice", show=False),
        Binding("enter", "list", "All choices", show=False),
    ]

    def __init__(self, entry: Declaration, text: str) -> None:
        super().__init__(id=f"value-{entry.name}")
        self.entry = entry
        self.choices = entry.choices if entry.kind is Kind.CHOICE else ("true", "false")
        self._value = text

    @property
    def field_keys(self) -> Sequence[FieldKey]:
        """A switch has no list."""
        return SWITCH_KEYS if self.entry.kind is Kind.SWITCH else CHOICE_KEYS

    @property
    def value(self) -> str:
        """The chosen word."""
        return self._value

    @value.setter
    def value(self, text: str) -> None:
        if text != self._value:
            self._value = text
            self.refresh()
            self.post_message(self.Changed(self))

    def render(self) -> Content:
        """The word, with a sign that there are others."""
        word = {"true": "on", "false": "off"}.get(self._value, self._value)
        return Content(f"{cut(word, max(1, self.size.width - 2))} ▾".rjust(self.size.width))

    def on_click(self, _: events.Click) -> None:
        self.action_list()

    def action_turn(self, direction: int) -> None:
        """Choose the word after or before."""
        place = self.choices.index(self._value) if self._value in self.choices else 0
        self.value = self.choices[(place + direction) % len(self.choices)]

    def action_list(self) -> None:
        """Show all words; a switch simply turns."""
        if self.entry.kind is Kind.SWITCH:
            self.action_turn(1)
        else:
            self.post_message(self.Listed(self))


class Field(Horizontal):
    """Label, symbol and value of one hyperparameter."""

    class Changed(Message):
        """The value's text has changed."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name = name
            self.text = text

    def __init__(self, entry: Declaration, text: str, editor: TextValue | None = None) -> None:
        """`editor` takes the place of the one that the kind of the value asks for."""
        super().__init__(id=f"field-{entry.name}")
        self.entry = entry
        self._marks = (False, False)
        self._label = Static(_label(entry, " "), classes="label")
        is_word = entry.kind in (Kind.CHOICE, Kind.SWITCH)
        self._editor: TextValue | Choice = editor or (Choice(entry, text) if is_word else TextValue(entry, text))

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self._editor.value

    @text.setter
    def text(self, text: str) -> None:
        self._editor.value = text

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._editor

    def mark(self, *, is_changed: bool, is_wrong: bool) -> None:
        """Show whether the value differs from the selected experiment's, and whether it is refused."""
        if self._marks == (is_changed, is_wrong):
            return
        self._marks = (is_changed, is_wrong)
        self.set_class(is_wrong, "-wrong")
        self.set_class(is_changed and not is_wrong, "-changed")
        sign = "!" if is_wrong else "•" if is_changed else " "
        self._label.update(_label(self.entry, sign), layout=False)

    def take_focus(self) -> None:
        """Put the cursor into the value."""
        self.screen.set_focus(self._editor)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.entry.name, event.value))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.entry.name, event.choice.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


def _label(entry: Declaration, sign: str) -> Content:
    """One character for the mark, the name, the symbol."""
    return Content.assemble(sign, entry.label, (f" {entry.symbol}" if entry.symbol else "", "$quiet"))
