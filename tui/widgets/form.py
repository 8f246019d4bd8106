"""The form of hyperparameters, made from their one declaration: groups, idea, the focused field's sentence, Run."""

from collections.abc import Sequence
from functools import partial
from textwrap import wrap

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from engine.declaration import Group, format_value
from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters, declaration, declarations
from engine.records import Task
from tui.draft import Draft, explain
from tui.keymap import PRESS_KEYS, FieldKey
from tui.text import clean
from tui.widgets.field import Field
from tui.widgets.form_part import WordlessPart
from tui.widgets.group import FieldGroup
from tui.widgets.idea import IdeaBox

__all__ = ["Form", "PressButton"]


_SENTENCE_LINES = 4
"""Of the sentence under the fields; a longer one takes its room from them."""


class PressButton(WordlessPart, Static):
    """One line to press."""

    class Pressed(Message):
        """It was pressed."""

    BINDINGS = [Binding("enter,space", "press", "Press", show=False)]

    @property
    def field_keys(self) -> Sequence[FieldKey]:
        """Enter."""
        return PRESS_KEYS

    def on_click(self, _: events.Click) -> None:
        self.action_press()

    def action_press(self) -> None:
        """Tell."""
        self.post_message(self.Pressed())


class Form(Vertical):
    """Where the next experiment is written."""

    BORDER_TITLE = "Hyperparameters"

    class RunPressed(Message):
        """The person pressed Run."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draft = Draft(Hyperparameters())
        self._reference: Hyperparameters | None = None
        self._focused = declarations()[0].name
        self._idea = IdeaBox(id="idea")
        self._sentence = Static(id="sentence")

    @property
    def idea(self) -> str:
        """The idea behind the next experiment, without outer blanks."""
        return self._idea.text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="fields", can_focus=False):
            for group in Group:
                entries = [each for each in declarations() if each.group is group]
                title = "" if group is Group.MAIN else group.value
                yield FieldGroup(title, entries, self._draft, partial(self._draft.in_force, group))
        yield self._idea
        yield self._sentence
        yield PressButton("Run  ^R", id="run")

    def on_mount(self) -> None:
        self._explain()

    def open_all(self, is_open: bool) -> None:
        """Open all groups, or close all but the main one and that with the focus: what is typed there must be seen."""
        for group in self.query(FieldGroup):
            group.is_open = is_open or not group.has_heading or group.has_focus_within

    def load(self, hyperparameters: Hyperparameters) -> None:
        """Fill the form."""
        self._draft.load(hyperparameters)
        for field in self.query(Field):
            field.text = self._draft.texts[field.entry.name]
        self._update_marks()

    def change(self, name: str, text: str) -> None:
        """Put a text into one field, as if it had been typed."""
        self._draft.type(name, text)
        for field in self.query(Field):
            if field.entry.name == name:
                field.text = text
        self._update_marks()

    def suit(self, task: Task) -> None:
        """Leave out what has no effect in the session's task."""
        if task is not self._draft.task:
            self._draft.task = task
            self._update_marks()

    def compare_with(self, reference: Hyperparameters | None) -> None:
        """Mark what differs from these."""
        if reference != self._reference:
            self._reference = reference
            self._update_marks()

    def read(self) -> Hyperparameters:
        """What the form says. Raises HyperparameterError, having shown its field and its sentence."""
        try:
            return self._draft.read()
        except HyperparameterError as error:
            self.run_worker(self._go_to(error.name), exclusive=True)
            raise

    def peek(self) -> Hyperparameters:
        """What the form says, with the last valid value of fields that are invalid now."""
        return self._draft.valid

    def clear_idea(self) -> None:
        """Empty the idea, once it has gone with its experiment."""
        self._idea.text = ""

    def take_focus(self) -> None:
        """Put the cursor into the first field."""
        self.query(Field).first().take_focus()

    def on_field_changed(self, event: Field.Changed) -> None:
        self._draft.type(event.name, event.text)
        self._update_marks()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        owner = event.widget.parent
        if isinstance(owner, Field):
            self._focused = owner.entry.name
        elif owner is self._idea:
            self._focused = ""
        self._explain()

    def on_press_button_pressed(self, event: PressButton.Pressed) -> None:
        event.stop()
        self.post_message(self.RunPressed())

    async def _go_to(self, name: str) -> None:
        group = next(each for each in self.query(FieldGroup) if name in each.names)
        await group.open()
        next(field for field in self.query(Field) if field.entry.name == name).take_focus()

    def _update_marks(self) -> None:
        for group in self.query(FieldGroup):
            group.update(self._reference)
        self._explain()

    def _explain(self) -> None:
        """The sentence under the fields: the focused field's, or what is wrong with it."""
        self._sentence.remove_class("-wrong")
        if not self._focused:
            self._sentence.update(Content("Why this might be better. Kept with the experiment."), layout=False)
            return
        error = self._draft.errors.get(self._focused)
        self._sentence.set_class(error is not None, "-wrong")
        entry = declaration(self._focused)
        words = clean(str(error)) if error is not None else explain(entry)
        if error is None and self._reference is not None and self._draft.differs(entry.name, self._reference):
            before = format_value(getattr(self._reference, entry.name)) or "none"
            with_before = f"Selected has {before}. {words}"
            if len(wrap(with_before, max(1, self._sentence.size.width))) <= _SENTENCE_LINES:
                words = with_before
        is_long = len(wrap(words, max(1, self._sentence.size.width))) > _SENTENCE_LINES
        must_lay_out = is_long or self._sentence.has_class("-long")
        self._sentence.set_class(is_long, "-long")
        self._sentence.update(Content(words), layout=must_lay_out)
