"""The Compare screen: two to eight experiments, their curves over each other, what differs, and whether it tells."""

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sessions.records import Experiment, Snapshot
from tui import keymap
from tui.comparison import comparison_plot, difference_table, findings
from tui.echo import compare_command
from tui.feed import Feed
from tui.screens.guest import Guest
from tui.text import clean, cut
from tui.widgets.bars import Header
from tui.widgets.chart import Chart
from tui.widgets.detail import Detail

__all__ = ["MOST_COMPARED", "CompareScreen"]

MOST_COMPARED = 8
_MOST_FITS = 10
"""Of one experiment, that are drawn."""
_BORDERS = 2
_FRAME_ROWS, _CHART_ROWS, _LEAST_ROWS = 2, 7, 4
"""Of top line and footer; what the chart keeps; what the table keeps."""


class CompareScreen(Guest):
    """Experiments side by side."""

    BINDINGS = [*keymap.bindings(keymap.COMPARE_COMMANDS)]
    commands = keymap.COMPARE_COMMANDS

    def __init__(self, feed: Feed, snapshot: Snapshot, numbers: Sequence[int]) -> None:
        super().__init__(feed, snapshot)
        self._numbers = tuple(numbers[:MOST_COMPARED])
        self._header = Header(snapshot.info.name)
        self._chart = Chart(id="compare-chart")
        self._table = Detail(id="compare-table")
        self._others = Detail(id="compare-others")
        self._scroll = VerticalScroll(self._table, self._others, id="compare-scroll")
        self._test = Detail(id="compare-test")
        self._others.is_folded = self._test.is_folded = True
        self._tested: tuple[Experiment, ...] = ()
        self._sentences: list[Content] = []
        self._rows = 0
        self._is_log, self._is_training = True, False

    def compose(self) -> ComposeResult:
        yield Static("tunedeck needs at least 60×16", id="too-small")
        yield self._header
        yield self._chart
        yield self._scroll
        yield self._test
        yield self._footer

    def on_mount(self) -> None:
        self._command = compare_command(self._session, self._numbers)
        self._chart.show_hint("loading the curves …")
        self._watch(self._wanted())
        self.show_news()

    def lay_out(self, *, is_wide: bool) -> None:
        """The table is as wide as the screen."""
        self.show_news()

    def show_news(self) -> None:
        """Show what stands now."""
        experiments = self._experiments()
        if len(experiments) < 2:
            return
        self._header.show(self._snapshot)
        plot = comparison_plot(experiments, self._snapshot.curves, is_log=self._is_log, is_training=self._is_training)
        if plot is not None:
            self._chart.show(plot)
        elif self._snapshot.curves.keys() >= set(self._wanted()):
            self._chart.show_hint("none of them has a curve")
        what = "Train cost" if self._is_training else "Validation cost"
        self._chart.border_title = self._title(what, experiments)
        self._chart.border_subtitle = f"{'log' if self._is_log else 'linear'} y · epoch"
        table = difference_table(experiments, self._snapshot.info, max(40, self.size.width - 6))
        self._rows = len(table.split("\n"))
        self._table.styles.height = self._rows
        self._scroll.border_title = "Only what differs"
        self._scroll.border_subtitle = Content(f"$ {cut(clean(self._command), max(10, self.size.width - 10))}").markup
        self._table.show(table)
        self._show_sentences()
        if experiments != self._tested:
            self._tested = experiments
            self._restart("test", lambda: self._run_test(experiments))

    def action_toggle_log(self) -> None:
        """Change the scale of the cost."""
        self._is_log = not self._is_log
        self.show_news()

    def action_train(self) -> None:
        """Training or validation costs."""
        self._is_training = not self._is_training
        self.show_news()

    def _experiments(self) -> tuple[Experiment, ...]:
        by_number = {each.number: each for each in self._snapshot.experiments if each.number in self._numbers}
        return tuple(by_number[number] for number in self._numbers if number in by_number)

    def _wanted(self) -> list[tuple[int, int]]:
        return [(each.number, fit.number) for each in self._experiments() for fit in each.fits[:_MOST_FITS]]

    def _title(self, what: str, experiments: Sequence[Experiment]) -> str:
        parts = [Content.styled(f"─ #{each.number}", f"$ink-{at}") for at, each in enumerate(experiments, start=1)]
        return Content("  ").join([Content(what), *parts]).markup

    async def _run_test(self, experiments: Sequence[Experiment]) -> None:
        self._sentences = await asyncio.to_thread(findings, experiments, self._snapshot.info)
        self._show_sentences()

    def _show_sentences(self) -> None:
        """What says most at the lower edge, the others under the table, which leaves room to the chart."""
        first, others = (Content("\n").join(each) for each in (self._sentences[:1], self._sentences[1:]))
        below = _lines(first, self.size.width - 2)
        self._test.styles.height = below
        self._test.show(first)
        under = _lines(others, self.size.width - 6)
        self._others.styles.height = under
        self._others.show(others)
        room = self.size.height - _FRAME_ROWS - _CHART_ROWS - below
        most = min(max(_CHART_ROWS, self.size.height // 2), max(room, _LEAST_ROWS))
        self._scroll.styles.height = min(self._rows + under + _BORDERS, most)


def _lines(words: Content, width: int) -> int:
    return len(words.wrap(max(20, width))) if words.plain else 0
