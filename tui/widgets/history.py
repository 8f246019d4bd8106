"""The pane of the experiments: their table, and above it the filter while there is one. Filters nothing itself."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.widgets.experiments import Experiments

__all__ = ["History"]


class History(Vertical):
    """The table, and the line in which a filter is written."""

    class Filtered(Message):
        """Another text is to decide which experiments are shown; none when the filter has gone."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.table = Experiments(id="experiments")
        self._filter: Input | None = None

    def compose(self) -> ComposeResult:
        yield self.table

    @property
    def is_filtering(self) -> bool:
        """Whether a filter is being written."""
        return self._filter is not None and self.screen.focused is self._filter

    def open_filter(self) -> None:
        """Write in the filter."""
        if self._filter is None:
            self._filter = Input(id="filter", placeholder="done  #12  learning_rate=0.03  -diverged", compact=True)
            self._filter.cursor_blink = False
            self.mount(self._filter, before=0)
        self.screen.set_focus(self._filter)

    def leave_filter(self) -> bool:
        """From the filter, or from what it leaves, to all experiments. False if there is none, or work is elsewhere."""
        if self._filter is None or self.screen.focused not in (self._filter, self.table):
            return False
        self.screen.set_focus(self.table)
        self._close_filter()
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Filtered(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.set_focus(self.table)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if event.widget is self._filter and not self._filter.value:
            self._close_filter()

    def _close_filter(self) -> None:
        if self._filter is not None:
            self._filter.remove()
            self._filter = None
            self.post_message(self.Filtered(""))
