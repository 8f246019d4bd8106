"""Where the idea behind the next experiment is written. Its editor is made after the first frame, to not delay it."""

from typing import TYPE_CHECKING

from textual.containers import Vertical

from tui.text import clean

if TYPE_CHECKING:
    from textual.widgets import TextArea

__all__ = ["IdeaBox"]


class IdeaBox(Vertical):
    """A framed text of a few lines."""

    BORDER_TITLE = "Idea"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._editor: TextArea | None = None

    @property
    def text(self) -> str:
        """What was written, without outer blanks and made harmless."""
        return clean(self._editor.text, lines=True).strip() if self._editor is not None else ""

    @text.setter
    def text(self, text: str) -> None:
        if self._editor is not None:
            self._editor.text = text

    def on_mount(self) -> None:
        self.call_after_refresh(self._make_editor)

    async def _make_editor(self) -> None:
        from tui.widgets.prose import Prose

        if not self.is_attached:  # the app is already leaving
            return
        self._editor = Prose()
        await self.mount(self._editor)
