"""What is said of the selected experiment, line by line; only lines that changed are painted again."""

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.repaint import changed_span

__all__ = ["Detail"]


class Detail(Widget):
    """Lines of styled text, folded or cut at the right edge; what there is no room for leaves …."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._write: Callable[[int, int], Content] = lambda *_: Content("")
        self._lines: list[Content] = []
        self.is_folded = False
        """Whether long lines are folded; if not, they end with …."""

    def show(self, content: Content) -> None:
        """Show this text."""
        self.show_fitting(lambda *_: content)

    def show_fitting(self, write: Callable[[int, int], Content]) -> None:
        """Show what is written for so many columns and rows, now and whenever they change."""
        self._write = write
        before, self._lines = self._lines, self._break()
        shared = range(min(self.size.height, max(len(before), len(self._lines))))
        width = self.size.width
        spans = {row: _span(before, self._lines, row, width) for row in shared}
        regions = [Region(left, row, right - left, 1) for row, (left, right) in spans.items() if left < right]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line."""
        if y >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        segments = self._lines[y].render_segments(self.visual_style)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def on_resize(self, _: events.Resize) -> None:
        self._lines = self._break()
        self.refresh()

    def _break(self) -> list[Content]:
        width = max(1, self.size.width)
        content = self._write(width, self.size.height)
        if self.is_folded:
            lines, rows = list(content.wrap(width)), self.size.height
            if 0 < rows < len(lines):
                lines[rows - 1 :] = [(lines[rows - 1].rstrip() + Content("…")).truncate(width, ellipsis=True)]
            return lines
        return [line.truncate(width, ellipsis=True) for line in content.split("\n", allow_blank=True)]


def _span(before: list[Content], after: list[Content], row: int, width: int) -> tuple[int, int]:
    """The columns of a line that changed; all of them where its colours did."""
    if row >= len(before) or row >= len(after):
        return 0, width
    old, new = before[row], after[row]
    if old.is_same(new):
        return 0, 0
    left, right = changed_span(old.plain, new.plain)
    if old.cell_length != len(old) or new.cell_length != len(new) or left >= right:
        return 0, width
    return left, right
