"""The table of experiments: virtual, so that 100,000 rows cost what is seen; rows change by key, the cursor keeps its
experiment. Knows no store and decides nothing about the experiments."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.columns import CURVE, Column, Tone, choose_columns
from tui.inks import ink, paper
from tui.repaint import changed_span

if TYPE_CHECKING:
    from sessions.records import Experiment

__all__ = ["Experiments"]


_VARIABLES = {
    Tone.PLAIN: "foreground",
    Tone.QUIET: "quiet",
    Tone.LIVE: "accent",
    Tone.GOOD: "success",
    Tone.BAD: "error",
    Tone.BEST: "accent",
}


class Experiments(ScrollView, can_focus=True):
    """Rows of experiments under a heading that stays; one of them is selected."""

    class Selected(Message):
        """Another experiment was selected, by a person or because the selected one has gone."""

        def __init__(self, number: int | None) -> None:
            super().__init__()
            self.number = number

    class Moved(Message):
        """Other rows may be in sight."""

    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
    ]

    STAYS_AT_THE_TOP = False
    """Whether the first row stays selected, whichever it is, rather than the experiment that stood there."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: list[Experiment] = []
        self._index: dict[int, int] = {}
        self._columns: list[Column] = []
        self._best: int | None = None
        self.spark: Callable[[Experiment], str] | None = None
        self.columns_for: Callable[[int], list[Column]] | None = None
        """Columns for a width that take the place of the usual ones."""
        self.marked: frozenset[int] = frozenset()
        """Numbers of the experiments that carry a mark."""
        self.selected: int | None = None
        """Number of the selected experiment."""

    def show(self, rows: Sequence[Experiment], newest: Sequence[Experiment], best: int | None) -> None:
        """Show these rows; `newest` (by number, oldest first) decides which columns are worth showing."""
        before, index_before = self.in_sight(), self._index
        self._rows = list(rows)
        self._index = {each.number: row for row, each in enumerate(rows)}
        columns = self._choose_columns(newest, best)
        is_same_frame = best == self._best and _titles(columns) == _titles(self._columns)
        self._columns, self._best = columns, best
        self.virtual_size = Size(self.size.width - self.scrollbar_size_vertical, len(self._rows) + 1)
        self._keep_cursor(index_before, was_in_sight=self.selected in _numbers(before))
        if is_same_frame and _numbers(before) == _numbers(self.in_sight()):
            self._refresh_changed(before)
        else:
            self.refresh()
            self.post_message(self.Moved())

    def draw_curves_again(self, numbers: Container[int]) -> None:
        """Paint the curves of these experiments, which change while the experiments stay what they are."""
        place = next((at for at, column in enumerate(self._columns) if column.title == CURVE), None)
        if place is None:
            return
        left, right = self._starts()[place : place + 2]
        lines = [line for line, each in enumerate(self.in_sight(), start=1) if each.number in numbers]
        if lines:
            self.refresh(*(Region(left, line, right - left, 1) for line in lines))

    def select(self, number: int) -> None:
        """Select an experiment and bring it into sight."""
        if number in self._index and number != self.selected:
            self.selected = number
            self.refresh()
            self.post_message(self.Selected(number))
        self._scroll_to_cursor()

    def in_sight(self) -> list[Experiment]:
        """The rows that can be seen."""
        top = self.scroll_offset.y
        return self._rows[top : top + max(0, self.size.height - 1)]

    def render_line(self, y: int) -> Strip:
        """The heading, then the rows from the scroll position on."""
        if y == 0:
            return self._line([(column.title, None) for column in self._columns], self.rich_style + ink(self, "quiet"))
        row = self.scroll_offset.y + y - 1
        if row >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        experiment = self._rows[row]
        base = self._cursor_style() if experiment.number == self.selected else self.rich_style
        return self._line([column.cell(experiment) for column in self._columns], base)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Moved())

    def on_resize(self, _: events.Resize) -> None:
        self.show(self._rows, sorted(self._rows[:200], key=lambda each: each.number), self._best)
        self._scroll_to_cursor()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.get_content_offset_capture(self).y - 1
        if 0 <= row < len(self._rows):
            self.select(self._rows[row].number)

    def action_move(self, step: int) -> None:
        """Select the row above or below."""
        self._select_row(self._cursor_row() + step)

    def action_page(self, step: int) -> None:
        """Move by what is in sight."""
        self._select_row(self._cursor_row() + step * max(1, self.size.height - 2))

    def action_first(self) -> None:
        """Select the first row."""
        self._select_row(0)

    def action_last(self) -> None:
        """Select the last row."""
        self._select_row(len(self._rows) - 1)

    def _choose_columns(self, newest: Sequence[Experiment], best: int | None) -> list[Column]:
        width = self.size.width - 2
        if self.columns_for is not None:
            return self.columns_for(width)
        return choose_columns(width, newest, best, self.spark, self.marked)

    def _select_row(self, row: int) -> None:
        if self._rows:
            self.select(self._rows[min(max(row, 0), len(self._rows) - 1)].number)

    def _cursor_row(self) -> int:
        return self._index.get(self.selected, 0) if self.selected is not None else 0

    def _keep_cursor(self, before: Mapping[int, int], *, was_in_sight: bool) -> None:
        """The selected experiment stays selected, and in sight if it was; if it has gone, the first row is selected.

        At the top, rows that arrive are shown as long as there is room for the selected one; further down it stays in
        its place.
        """
        has_left_the_top = self.STAYS_AT_THE_TOP and before.get(self.selected or 0) == 0 and self._cursor_row() > 0
        if self.selected is not None and self.selected in self._index and not has_left_the_top:
            old, new = before.get(self.selected), self._index[self.selected]
            if old is not None and old != new and self.scroll_offset.y > 0:
                self.scroll_to(y=self.scroll_offset.y + new - old, animate=False, force=True)
            if was_in_sight:
                self._scroll_to_cursor()
            return
        self.selected = self._rows[0].number if self._rows else None
        self._scroll_to_cursor()
        self.post_message(self.Selected(self.selected))

    def _scroll_to_cursor(self) -> None:
        row, top, height = self._cursor_row(), self.scroll_offset.y, max(1, self.size.height - 1)
        # By force: rows that have just become more have no scroll bar before the next layout.
        if row < top:
            self.scroll_to(y=row, animate=False, force=True)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, force=True)

    def _refresh_changed(self, before: Sequence[Experiment]) -> None:
        """Paint what changed in the rows in sight, which are those of `before`."""
        pairs = zip(before, self.in_sight(), strict=True)
        spans = [(line, *self._changed_columns(old, new)) for line, (old, new) in enumerate(pairs) if old is not new]
        regions = [Region(left, line + 1, right - left, 1) for line, left, right in spans if left < right]
        if regions:
            self.refresh(*regions)

    def _changed_columns(self, old: Experiment, new: Experiment) -> tuple[int, int]:
        """From the first to behind the last cell that changed, in characters."""
        first, last = changed_span(
            [each.cell(old) for each in self._columns], [each.cell(new) for each in self._columns]
        )
        starts = self._starts()
        return starts[first], starts[last]

    def _starts(self) -> list[int]:
        """Where each column begins, and where the last one ends."""
        return list(accumulate((each.width + 1 for each in self._columns), initial=1))

    def _line(self, cells: Sequence[tuple[str, Tone | None]], base: Style) -> Strip:
        segments = [
            Segment(_align(text, column) + " ", base if tone is None else base + self._ink(tone))
            for column, (text, tone) in zip(self._columns, cells, strict=True)
        ]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(self.size.width, base)

    def _ink(self, tone: Tone) -> Style:
        return Style(color=ink(self, _VARIABLES[tone]).color)

    def _cursor_style(self) -> Style:
        return paper(self, "cursor-row" if self.has_focus else "cursor-row-blurred", is_bold=True)


def _align(text: str, column: Column) -> str:
    text = text[: column.width]
    return text.rjust(column.width) if column.is_right else text.ljust(column.width)


def _numbers(rows: Sequence[Experiment]) -> list[int]:
    return [each.number for each in rows]


def _titles(columns: Sequence[Column]) -> list[tuple[str, int]]:
    return [(each.title, each.width) for each in columns]
