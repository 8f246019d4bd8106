"""The Space pane: what a sweep varies, how it searches, what that will cost; made from the declarations."""

from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from engine.declaration import Declaration, Group
from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters
from engine.records import Task
from engine.search.space import Space
from sessions.records import SessionInfo
from sessions.search.records import Sweep
from tui.sweeps.draft import SpaceDraft, explain_range, variables
from tui.sweeps.settings import SETTINGS
from tui.text import clean
from tui.widgets.field import Field
from tui.widgets.form import PressButton
from tui.widgets.group import FieldGroup
from tui.widgets.range_field import RangeField

__all__ = ["SpaceForm"]


class SpaceForm(Vertical):
    """Where the next sweep is written."""

    BORDER_TITLE = "Space"

    class Changed(Message):
        """Something else would be launched."""

    class LaunchPressed(Message):
        """The person pressed Launch."""

    def __init__(self, base: Hyperparameters, task: Task, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draft = SpaceDraft(base, task)
        self._focused = ""
        self._is_loading = False
        self._estimate = Static(id="estimate")
        self._sentence = Static(id="space-sentence")
        self.is_touched = False
        """Whether the person has written something since the form was filled."""

    @property
    def worker_count(self) -> int:
        """Processes that are to train at once. Raises HyperparameterError."""
        return self._draft.workers

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="ranges", can_focus=False):
            for group in Group:
                title = "" if group is Group.MAIN else group.value
                in_force = partial(self._draft.in_force, group)
                yield FieldGroup(title, variables(group), self._draft, in_force, self._make_range)
                if group is Group.MAIN:
                    yield FieldGroup("Search", SETTINGS, self._draft, self._draft.in_short)
        yield self._estimate
        yield self._sentence
        yield PressButton("Launch  ^R", id="launch")

    def on_mount(self) -> None:
        self._explain()

    def open_all(self, is_open: bool) -> None:
        """Open all groups, or close all but the main one and that with the focus: what is typed there must be seen."""
        for group in self.query(FieldGroup):
            group.is_open = is_open or not group.has_heading or group.has_focus_within

    def read(self, info: SessionInfo) -> Sweep:
        """The sweep as written. Raises UsageError, HyperparameterError, having gone to the field."""
        try:
            return self._draft.read(info)
        except HyperparameterError as error:
            self.run_worker(self._go_to(error.name), exclusive=True)
            raise

    def read_quietly(self, info: SessionInfo) -> Sweep:
        """The sweep as written, without going anywhere. Raises UsageError, HyperparameterError."""
        return self._draft.read(info)

    def load_sweep(self, sweep: Sweep) -> None:
        """Fill the form with a sweep that there is."""
        self._draft.load_sweep(sweep)
        self._fill()

    def change(self, name: str, text: str) -> None:
        """Put a text into one field, as if it had been typed."""
        for field in self.query(Field):
            if field.entry.name == name:
                field.text = text

    def load_space(self, space: Space, *, sampler: str) -> None:
        """Fill the form with a ready-made space."""
        self._draft.clear()
        self._draft.load(space)
        self._draft.type("sampler", sampler)
        self._fill()

    def show_estimate(self, words: str) -> None:
        """Say how much there is to try, and how long it will take."""
        self._estimate.update(Content(clean(words)))

    def take_focus(self) -> None:
        """Put the cursor into the first field."""
        self.query(Field).first().take_focus()

    def on_field_changed(self, event: Field.Changed) -> None:
        if self._draft.texts[event.name] == event.text:
            return
        self._draft.type(event.name, event.text)
        self.is_touched = True
        self._update_marks()
        self.post_message(self.Changed())

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        owner = event.widget.parent
        self._focused = owner.entry.name if isinstance(owner, Field) else ""
        self._explain()

    def on_press_button_pressed(self, event: PressButton.Pressed) -> None:
        event.stop()
        self.post_message(self.LaunchPressed())

    def _make_range(self, entry: Declaration, text: str) -> Field:
        return RangeField(entry, text, self._draft.fixed(entry.name))

    def _fill(self) -> None:
        self.is_touched = False
        for field in self.query(Field):
            if isinstance(field, RangeField):
                field.set_fixed(self._draft.fixed(field.entry.name))
            field.text = self._draft.texts[field.entry.name]
        self._update_marks()
        self.post_message(self.Changed())

    async def _go_to(self, name: str) -> None:
        group = next((each for each in self.query(FieldGroup) if name in each.names), None)
        if group is not None:
            await group.open()
            next(field for field in self.query(Field) if field.entry.name == name).take_focus()

    def _update_marks(self) -> None:
        for group in self.query(FieldGroup):
            group.update(None)
        self._explain()

    def _explain(self) -> None:
        """The focused field's sentence, or what is wrong with it."""
        error = self._draft.errors.get(self._focused) or self._complaint()
        self._sentence.set_class(error is not None, "-wrong")
        if error is not None:
            self._sentence.update(Content(clean(str(error))))
        else:
            words = explain_range(self._focused) if self._focused else "What varies, and how it is searched."
            self._sentence.update(Content(words))

    def _complaint(self) -> Exception | None:
        """What is wrong with the ranges together."""
        if self._draft.errors or not self._draft.is_varied:
            return None
        try:
            self._draft.space()
        except (HyperparameterError, UsageError) as error:
            return error
        return None
