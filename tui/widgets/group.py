"""One group of the form: a heading that says what is in force, and its fields, made when first opened."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive

from engine.declaration import Declaration
from engine.hyperparameters import Hyperparameters
from tui.keymap import HEADING_KEYS, FieldKey
from tui.text import cut
from tui.widgets.field import Field
from tui.widgets.form_part import WordlessPart

__all__ = ["FieldGroup", "GroupHeading"]


class GroupHeading(WordlessPart):
    """Opens and closes its group."""

    BINDINGS = [
        Binding("enter,space", "turn", "Open or close", show=False),
        Binding("right", "open(True)", "Open", show=False),
        Binding("left", "open(False)", "Close", show=False),
    ]

    in_force: reactive[str] = reactive("")
    is_open: reactive[bool] = reactive(False)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    @property
    def field_keys(self) -> Sequence[FieldKey]:
        """Enter."""
        return HEADING_KEYS

    def render(self) -> Content:
        """The title, and on the right what is in force while the group is closed."""
        sign = "▾" if self.is_open else "▸"
        title = f"{sign} {self._title}"
        room = self.size.width - len(title) - 1
        in_force = "" if self.is_open else cut(self.in_force, max(0, room)).rjust(max(0, room))
        return Content.assemble((title, "$primary"), " ", in_force)

    def on_click(self, _: events.Click) -> None:
        self.action_turn()

    def action_turn(self) -> None:
        """Open the group, or close it."""
        self.action_open(not self.is_open)

    def action_open(self, is_open: bool) -> None:
        """Open or close the group."""
        if isinstance(self.parent, FieldGroup):
            self.parent.is_open = is_open


class FieldDraft(Protocol):
    """What a group asks of the draft behind its fields."""

    @property
    def texts(self) -> Mapping[str, str]:
        """What stands in each field."""

    @property
    def errors(self) -> Collection[str]:
        """Names of the fields that are refused."""

    def applies(self, entry: Declaration) -> bool:
        """Whether the field has an effect next to the others."""

    def differs(self, name: str, reference: Hyperparameters | None) -> bool:
        """Whether the field is to be marked."""


class FieldGroup(Vertical):
    """Heading and fields of one group."""

    is_open: reactive[bool] = reactive(False, init=False)

    def __init__(
        self,
        title: str,
        entries: Sequence[Declaration],
        draft: FieldDraft,
        in_force: Callable[[], str],
        make_field: Callable[[Declaration, str], Field] = Field,
    ) -> None:
        """Without a title the group is always open."""
        super().__init__()
        self.names = frozenset(each.name for each in entries)
        """Of its fields."""
        self.has_heading = bool(title)
        self._entries = entries
        self._draft = draft
        self._in_force = in_force
        self._make_field = make_field
        self._reference: Hyperparameters | None = None
        self._heading = GroupHeading(title)
        self._fields: list[Field] = []
        if not self.has_heading:
            self._make_fields()
            self.set_reactive(FieldGroup.is_open, True)

    def compose(self) -> ComposeResult:
        if self.has_heading:
            yield self._heading
        yield from self._fields

    def on_mount(self) -> None:
        self.update(None)

    async def watch_is_open(self, is_open: bool) -> None:
        if is_open:
            await self.open()
        self._heading.is_open = is_open
        self.update(self._reference)

    async def open(self) -> None:
        """Open the group, making its fields if need be."""
        if not self._fields:
            self._make_fields()
            await self.mount(*self._fields)
        self.is_open = True

    def update(self, reference: Hyperparameters | None) -> None:
        """Mark what differs from the reference, hide what has no effect, and say in the heading what is in force."""
        self._reference = reference
        self._heading.in_force = self._in_force()
        for field in self._fields:
            name = field.entry.name
            field.display = self.is_open and self._draft.applies(field.entry)
            if field.is_mounted:
                is_changed = self._draft.differs(name, reference)
                field.mark(is_changed=is_changed, is_wrong=name in self._draft.errors)
        closed = not self.is_open
        differs = any(self._draft.differs(each.name, reference) for each in self._entries)
        self._heading.set_class(closed and differs, "-changed")

    def _make_fields(self) -> None:
        self._fields = [self._make_field(each, self._draft.texts[each.name]) for each in self._entries]
