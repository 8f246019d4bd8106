"""What the parts of a form share that have the focus: the keys they bind, and letters that command nothing there."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.widget import Widget

from tui.keymap import FieldKey

__all__ = ["FormPart", "WordlessPart"]


class FormPart(Widget):
    """A widget of a form, which has keys of its own while it has the focus."""

    class Refused(Message):
        """A key was pressed that does nothing here: one meant for the screen must neither act nor change a value."""

        def __init__(self, text: str, why: str, instead: str = "") -> None:
            """`why` says it of the key, as in "is not part of a number", `instead` what to do if no command has it."""
            super().__init__()
            self.text = text
            self.why = why
            self.instead = instead

    @property
    def field_keys(self) -> Sequence[FieldKey]:
        """Keys that it binds itself."""
        return ()


class WordlessPart(FormPart, can_focus=True):
    """One in which nothing is typed: letters would command what is selected elsewhere, out of the person's sight."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Like text, but for its own key and the one for help."""
        return character is not None and character.isprintable() and key not in ("space", "question_mark")

    def on_key(self, event: events.Key) -> None:
        if self.check_consume_key(event.key, event.character):
            event.stop()
            self.post_message(self.Refused(event.character or event.key, "does nothing in the form"))
