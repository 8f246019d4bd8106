"""The chart: shows the picture of a `Plot`, built in a thread of its own, and repaints only rows that changed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.inks import ink
from tui.repaint import changed_span

if TYPE_CHECKING:
    from tui.plot import Ink, Picture, Plot
    from tui.scales import Axis

__all__ = ["Chart"]

_FRAME_S = 0.25
"""At most four pictures a second."""
_SMALLEST = Size(24, 5)
_NO_ROOM = "needs a taller terminal"


_THREAD = ThreadPoolExecutor(1, thread_name_prefix="chart")
"""All charts are drawn in one thread: the drawing library has one canvas."""


@cache
def _inks() -> dict[Ink, tuple[str, bool]]:
    """The variable of the theme that each ink is, and whether it is bold; made with the first picture."""
    from tui.plot import SERIES, Ink

    return {
        Ink.PAPER: ("foreground", False),
        Ink.AXIS: ("line", False),
        Ink.LABEL: ("quiet", False),
        Ink.TRAIN: ("ink-train", False),
        Ink.VALIDATION: ("ink-validation", False),
        Ink.BEST: ("foreground", True),
        Ink.FAINT: ("ink-faint", False),
        Ink.GOOD: ("success", False),
        **{each: (f"ink-{place}", False) for place, each in enumerate(SERIES, start=1)},
    }


def _draw(plot: Plot, size: Size, before: Axis | None) -> Picture:
    from tui import raster

    return raster.draw(plot, size.width, size.height, before)


class Chart(Widget):
    """A live chart of costs by epoch."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._plot: Plot | None = None
        self._drawn: tuple[Plot, Size] | None = None
        self._picture: Picture | None = None
        self._hint: tuple[str, ...] = ()
        self._is_drawing = False
        self._next_frame_s = 0.0
        self.rows_painted = 0
        """Rows repainted since the start."""

    def show(self, plot: Plot) -> None:
        """Show this plot as soon as it is drawn."""
        self._plot = plot
        self._start_drawing()

    def show_hint(self, *lines: str) -> None:
        """Show words instead of a plot."""
        self._plot = self._picture = self._drawn = None
        self._hint = lines
        self.refresh()

    def warm_up(self) -> None:
        """Load the drawing library in the thread, before the first curve needs it."""
        _THREAD.submit(__import__, "tui.raster")

    def render_line(self, y: int) -> Strip:
        """One row of the picture, or of the hint."""
        width = self.size.width
        if self._picture is not None and y < len(self._picture.rows):
            segments = [Segment(text, self._style(kind)) for text, kind in self._picture.rows[y]]
            return Strip(segments).adjust_cell_length(width, self.rich_style)
        first = (self.size.height - len(self._hint)) // 2
        if self._picture is None and 0 <= y - first < len(self._hint):
            text = self._hint[y - first][:width].center(width)
            return Strip([Segment(text, self.rich_style + ink(self, "quiet"))]).adjust_cell_length(
                width, self.rich_style
            )
        return Strip.blank(width, self.rich_style)

    def on_resize(self, _: events.Resize) -> None:
        self._start_drawing()

    def _style(self, kind: Ink) -> Style:
        variable, is_bold = _inks()[kind]
        return self.rich_style + ink(self, variable, is_bold=is_bold)

    def _start_drawing(self) -> None:
        if self._plot is not None and self.size and not self._has_room():
            self._picture = self._drawn = None
            self._hint = (_NO_ROOM,)
            self.refresh()
        if not self._is_drawing and self._plot is not None and self.is_mounted:
            self._is_drawing = True
            self.run_worker(self._draw_until_done(), exclusive=True, group="chart")

    async def _draw_until_done(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._is_stale() and self._has_room():
                wait_s = self._next_frame_s - loop.time()
                if wait_s > 0 and self._is_same_subject():
                    await asyncio.sleep(wait_s)
                plot, size = self._plot, self.size
                if plot is None:
                    return
                before = self._picture.y if self._picture is not None and self._is_same_subject() else None
                picture = await loop.run_in_executor(_THREAD, _draw, plot, size, before)
                self._next_frame_s = loop.time() + _FRAME_S
                self._put(picture, plot, size)
        finally:
            self._is_drawing = False

    def _is_stale(self) -> bool:
        return self._plot is not None and (
            self._drawn is None or self._drawn[0] is not self._plot or self._drawn[1] != self.size
        )

    def _has_room(self) -> bool:
        return self.size.width >= _SMALLEST.width and self.size.height >= _SMALLEST.height

    def _is_same_subject(self) -> bool:
        """Whether the plot continues the one on the screen, at the same size."""
        if self._drawn is None or self._plot is None:
            return False
        drawn, size = self._drawn
        return size == self.size and (drawn.key, drawn.is_log) == (self._plot.key, self._plot.is_log)

    def _put(self, picture: Picture, plot: Plot, size: Size) -> None:
        before, self._picture, self._drawn = self._picture, picture, (plot, size)
        if before is None or len(before.rows) != len(picture.rows):
            self.rows_painted += len(picture.rows)
            self.refresh()
            return
        pairs = enumerate(zip(before.rows, picture.rows, strict=True))
        spans = {row: changed_span(_places(old), _places(new)) for row, (old, new) in pairs if old != new}
        self.rows_painted += len(spans)
        if spans:
            self.refresh(*(Region(left, row, right - left, 1) for row, (left, right) in spans.items()))


def _places(row: tuple[tuple[str, Ink], ...]) -> list[tuple[str, Ink]]:
    """Character and ink of every column."""
    return [(character, ink) for text, ink in row for character in text]
