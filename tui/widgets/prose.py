"""An editor of a few lines of words. Imported late: it costs the first frame too much."""

from textual.widgets import TextArea

__all__ = ["Prose"]


class Prose(TextArea):
    """A text in which enter begins a line and tab goes on."""

    def __init__(self) -> None:
        super().__init__(compact=True, highlight_cursor_line=False, tab_behavior="focus")
        self.cursor_blink = False

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Also enter is text here."""
        return key == "enter" or super().check_consume_key(key, character)
