"""The figures of a sweep, each in its frame: all side by side where there is room, else one at a time."""

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from tui.plot import Plot
from tui.widgets.chart import Chart
from tui.widgets.detail import Detail

__all__ = ["FIGURES", "Figures"]

FIGURES = ("curves", "best", "slice", "importance", "time")
"""In the order in which they are turned through."""
_PLACES = ("importance", "curves", "best", "slice", "time")
"""In the order in which they stand side by side."""
_WAITING = "after the first trials"


class Figures(Container):
    """The table, and five frames of which the one in front is seen where only one fits."""

    def __init__(self, leaders: Widget, *, id: str | None = None) -> None:  # noqa: A002
        """`leaders` stands before the figures."""
        super().__init__(id=id)
        self._leaders = leaders
        self._charts = {name: Chart(id=f"figure-{name}") for name in FIGURES if name != "importance"}
        self._bars = Detail(id="figure-importance")
        self._plots: dict[str, Plot | None] = {}
        self._front = FIGURES[0]

    def compose(self) -> ComposeResult:
        yield self._leaders
        for name in _PLACES:
            yield self._frame(name)

    def on_mount(self) -> None:
        for name in FIGURES:
            self._frame(name).add_class("figure")
            self.title(name, name.capitalize())
            self.show(name, None)
        self._put_in_front(self._front)

    def show(self, name: str, plot: Plot | None) -> None:
        """Draw one chart, or say that there is nothing to draw yet."""
        if name not in self._charts or (plot is not None and self._plots.get(name) == plot):
            return
        self._plots[name] = plot
        if plot is None:
            self._charts[name].show_hint(_WAITING)
        else:
            self._charts[name].show(plot)

    def show_bars(self, content: Content) -> None:
        """The bars of importance."""
        self._bars.show(content)

    @property
    def bars_width(self) -> int:
        """Columns for the bars."""
        return self._bars.size.width

    def title(self, name: str, title: str, subtitle: str = "") -> None:
        """Title one frame; both are the program's own words."""
        frame = self._frame(name)
        if (frame.border_title, frame.border_subtitle) != (title, subtitle):
            frame.border_title, frame.border_subtitle = title, subtitle

    def turn(self) -> None:
        """The next figure to the front."""
        self._put_in_front(FIGURES[(FIGURES.index(self._front) + 1) % len(FIGURES)])

    def bring(self, name: str) -> None:
        """One figure to the front."""
        self._put_in_front(name)

    def _put_in_front(self, name: str) -> None:
        self._front = name
        for each in FIGURES:
            self._frame(each).set_class(each == name, "-front")

    def _frame(self, name: str) -> Widget:
        return self._bars if name == "importance" else self._charts[name]
