"""The learning-rate range test: cost against a rising α, and the α it proposes."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sessions.search.range_test import RangeTest
from tui.plot import Ink, Line, Mark, Plot, Span
from tui.text import clean
from tui.widgets.chart import Chart

__all__ = ["RangeTestScreen", "range_test_plot"]


class RangeTestScreen(ModalScreen[float | None]):
    """Ends with the proposed α, or None where nothing is to be taken over."""

    BINDINGS = [Binding("enter", "take", "Take", show=False), Binding("escape,q", "leave", "Leave", show=False)]

    def __init__(self, found: RangeTest) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="range-test") as box:
            box.border_title = "Learning-rate range test"
            box.border_subtitle = "⏎ searches around it · esc leaves" if self._found.proposal else "esc leaves"
            chart = Chart(id="range-chart")
            yield chart
            yield Static(self._words())
        chart.show(range_test_plot(self._found))

    def action_take(self) -> None:
        """Hand the proposal over."""
        proposal = self._found.proposal
        self.dismiss(None if proposal is None else proposal.learning_rate)

    def action_leave(self) -> None:
        """Take nothing over."""
        self.dismiss(None)

    def _words(self) -> Content:
        proposal = self._found.proposal
        if proposal is None:
            return Content("The cost fell nowhere: try another network or optimizer.")
        return Content.assemble((f"α {proposal.learning_rate:g}", "bold $accent"), f": {clean(proposal.why)}.")


def range_test_plot(found: RangeTest) -> Plot:
    """Training cost against the learning rate on its logarithmic scale."""
    proposal = found.proposal
    marks: tuple[Mark, ...] = ()
    if proposal is not None:
        nearest = min(
            zip(found.rates, found.costs, strict=True), key=lambda pair: abs(pair[0] - proposal.learning_rate)
        )
        marks = (Mark(*nearest, "◆", Ink.BEST),)
    return Plot(
        key=(0,),
        lines=(Line(Ink.TRAIN, list(found.rates), list(found.costs)),),
        reached=0,
        planned=0,
        is_over=True,
        is_log=True,
        marks=marks,
        span=Span(found.rates[0], max(found.rates[-1], found.rates[0] * 10), is_log=True),
    )
