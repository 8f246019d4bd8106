"""The panes of the Deck, and how one snapshot and one selection are spread over them. Sends no requests.

What only a snapshot needs is imported with the first one, behind the first frame: 15 ms.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from sessions.states import State
from tui.arrange import Arrangement
from tui.text import clean, cut, figure
from tui.widgets.bars import Header
from tui.widgets.chart import Chart
from tui.widgets.detail import Detail
from tui.widgets.form import Form
from tui.widgets.history import History

if TYPE_CHECKING:
    from sessions.records import Curve, Experiment, Snapshot

__all__ = ["MOST_MARKED", "Panes"]

MOST_MARKED = 8
"""Experiments that can be compared at once."""

_RECENT = 500
"""Experiments among which a running one is looked for."""


class Panes:
    """What stands on the Deck, told what to show."""

    def __init__(self, session: str) -> None:
        self.header = Header(session)
        self.form = Form(id="form")
        self.chart = Chart(id="chart")
        self.detail = Detail(id="detail")
        self.history = History(id="history")
        self.table = self.history.table
        self._snapshot: Snapshot | None = None
        self._by_number: dict[int, Experiment] = {}
        self._arrangement = Arrangement()
        self._awaited: int | None = None
        self._history_title = ""
        self._is_wide = False
        self._is_log = True
        self._sparks: dict[int, str] = {}
        self._plotted: tuple[object, ...] = ()
        self._framed: tuple[str, str, str | None] = ("", "", None)
        self._told: set[str] = set()

    def lay_out(self, *, is_wide: bool) -> None:
        """Use the wide arrangement, or the compact one."""
        if is_wide != self._is_wide:
            self._is_wide = self.detail.is_folded = is_wide
            self.table.spark = self._spark if is_wide else None
            self._draw_sparks()
            self.form.open_all(is_wide)
        if self._snapshot is not None:
            self.show_selected()

    def show_nothing(self) -> None:
        """Before the first snapshot."""
        self.chart.border_title = "Cost"
        self.history.border_title = "Experiments"
        self.chart.show_hint("opening the session …")

    def show(self, snapshot: Snapshot) -> list[str]:
        """Show a snapshot. Gives the messages that were not told before."""
        is_first, self._snapshot = self._snapshot is None, snapshot
        self._by_number = {each.number: each for each in snapshot.experiments}
        self.header.show(snapshot)
        self._show_table()
        self._draw_sparks()
        if is_first:
            self._select_running()
        if self._awaited in self._by_number and self._awaited is not None:
            self.table.select(self._awaited)
            self._awaited = None
        self.show_selected()
        new = [each for each in snapshot.messages if each not in self._told]
        self._told.update(new)
        return new

    def show_selected(self) -> None:
        """Chart, verdict and marks of the selected experiment."""
        snapshot, selected = self._snapshot, self.selected()
        if snapshot is None:
            return
        from tui.selection import curves_of, plot_of, why_no_curve

        curves = curves_of(selected, snapshot) if selected is not None else []
        if selected is None and snapshot.experiments:
            self.chart.show_hint(
                "no experiment matches the filter", *self._mistake(), "", "/ changes it, esc shows all"
            )
        elif selected is None:
            self.chart.show_hint("no experiments yet", "", "ctrl+r trains with the hyperparameters on the left")
        elif not curves:
            self.chart.show_hint(*why_no_curve(selected, snapshot))
        elif (
            subject := (
                selected.number,
                selected.state,
                selected.best,
                selected.confirmed,
                self._is_log,
                *map(id, curves),
            )
        ) != self._plotted:
            self._plotted = subject
            self.chart.show(plot_of(selected, curves, is_log=self._is_log))
        if not curves:
            self._plotted = ()
        self.form.suit(snapshot.info.task)
        self.form.compare_with(selected.hyperparameters if selected is not None else None)
        self._show_titles(selected)
        self._show_detail(snapshot, selected, curves)

    def _mistake(self) -> tuple[str, ...]:
        """What the filter asks for and no experiment can have, with the nearest names that there is room for."""
        from tui.filter import mistake_in

        found = mistake_in(self._arrangement.filter_text)
        return tuple(cut(clean(each), self.chart.size.width) for each in (found.what, found.remedy)) if found else ()

    def _show_detail(self, snapshot: Snapshot, selected: Experiment | None, curves: Sequence[Curve]) -> None:
        from tui.describe import briefly, fully
        from tui.worth import worth_of

        worth = worth_of(selected, snapshot)
        if self._is_wide:
            self.detail.show(fully(selected, curves[0] if curves else None, snapshot.info, worth))
        else:
            self.detail.show_fitting(partial(briefly, selected, worth))

    def detail_in_full(self) -> Content:
        """All that is said of the selected experiment."""
        snapshot, selected = self._snapshot, self.selected()
        if snapshot is None or selected is None:
            return Content("")
        from tui.describe import fully
        from tui.selection import curves_of
        from tui.worth import worth_of

        curves = curves_of(selected, snapshot)
        return fully(selected, curves[0] if curves else None, snapshot.info, worth_of(selected, snapshot))

    def selected(self) -> Experiment | None:
        """The selected experiment."""
        return self._by_number.get(self.table.selected) if self.table.selected is not None else None

    def select_when_there(self, number: int) -> None:
        """Select an experiment as soon as a snapshot holds it."""
        self._awaited = number
        if number in self._by_number:
            self.table.select(number)
            self._awaited = None

    def turn_mark(self, number: int) -> None:
        """Mark an experiment, or unmark it."""
        self.table.marked ^= {number}
        self._show_table()
        self.table.refresh()

    def marked(self) -> list[int]:
        """Numbers of the marked experiments, best first."""
        from sessions.leading import best_first

        known = [each for number in self.table.marked if (each := self._by_number.get(number)) is not None]
        return [each.number for each in best_first(known)]

    def judge(self, text: str) -> Iterator[None]:
        """Show only experiments that match, once all are judged; stops on the way to let others work."""
        yield from self._arrangement.judge(text, self._snapshot.experiments if self._snapshot is not None else ())
        self._rearrange()

    def sort_next(self) -> None:
        """Order by the next key."""
        self._arrangement.order = self._arrangement.order.next()
        self._rearrange()

    def toggle_log(self) -> None:
        """Change the scale of the cost."""
        self._is_log = not self._is_log
        self.show_selected()

    def wanted_fits(self) -> list[tuple[int, int]]:
        """The curves that can be seen."""
        if self._snapshot is None:
            return []
        from tui.selection import wanted_fits

        return wanted_fits(self.selected(), self.table.in_sight() if self._is_wide else ())

    def show_command(self, command: str) -> None:
        """Show the command line of what was done."""
        room = max(10, self.table.size.width - 6)
        self.history.border_subtitle = Content(f"$ {cut(clean(command), room)}").markup

    def farewell(self, session: str) -> str | None:
        """What to say when leaving while something is trained."""
        experiments: Sequence[Experiment] = self._snapshot.experiments if self._snapshot else ()
        running = sum(not each.state.is_over for each in experiments)
        if not running:
            return None
        what = "1 experiment goes" if running == 1 else f"{running} experiments go"
        return f"{what} on in the background; `tunedeck {shlex.quote(clean(session))}` shows it again."

    def _select_running(self) -> None:
        """Begin at what is being trained."""
        experiments = self._snapshot.experiments[-_RECENT:] if self._snapshot is not None else ()
        running = [each.number for each in experiments if each.state is State.RUNNING]
        if running:
            self.table.select(running[-1])

    def _show_table(self) -> None:
        if self._snapshot is None:
            return
        from sessions.leading import leader

        experiments = self._snapshot.experiments
        lead = leader(experiments)
        best = lead.number if lead is not None else None
        rows = self._arrangement.apply(experiments)
        self.table.show(rows, experiments, best)
        shown = f"{len(rows)} of {len(experiments)}" if self._arrangement.filter_text else f"{len(experiments)}"
        order = "" if self._arrangement.order.value == "newest" else f"  by {self._arrangement.order.value}"
        star = f"  ★ #{best}" if best is not None else ""
        if (title := f"Experiments  {shown}{star}{order}") != self._history_title:
            self._history_title = self.history.border_title = title

    def _rearrange(self) -> None:
        """Show other rows, or another order, and the selected experiment among them: keys must act on what is seen."""
        self._show_table()
        if self.table.selected is not None:
            self.table.select(self.table.selected)

    def _draw_sparks(self) -> None:
        """Draw what curves there are in small, in the rows whose curve came or grew."""
        if self._snapshot is None or not self._is_wide:
            return
        drawn = {number: _spark_of(curve) for (number, _), curve in self._snapshot.curves.items() if len(curve)}
        new = {number: spark for number, spark in drawn.items() if self._sparks.get(number) != spark}
        self._sparks.update(new)
        self.table.draw_curves_again(new.keys())

    def _show_titles(self, selected: Experiment | None) -> None:
        if selected is None:
            self._frame("Cost", "", None)
            return
        scale = "log y" if self._is_log else "linear y"
        legend = Content.assemble(("─ train", "$ink-train"), "  ", ("┄ validation", "$ink-validation"))
        mark = f"{_best_words(selected)}  " if selected.state.is_over and selected.best is not None else ""
        title = (Content(f"Cost #{selected.number}  ") + legend).markup
        self._frame(title, f"{mark}{scale} · epoch", f"Experiment #{selected.number}" if self._is_wide else None)

    def _frame(self, title: str, subtitle: str, detail_title: str | None) -> None:
        """Title the frames; each change repaints a whole pane, so nothing that moves while training stands there."""
        if (title, subtitle, detail_title) != self._framed:
            self._framed = (title, subtitle, detail_title)
            self.chart.border_title, self.chart.border_subtitle = title, subtitle
            self.detail.border_title = detail_title

    def _spark(self, experiment: Experiment) -> str:
        return self._sparks.get(experiment.number, "")


def _best_words(experiment: Experiment) -> str:
    """The point that is marked: the figures of the table, and of how many fits they are the mean."""
    from sessions.leading import counted, counted_fits

    best, fits = counted(experiment), len(counted_fits(experiment))
    assert best is not None
    return f"◆ best {figure(best.validation_cost)} @ {best.epoch}{f', mean of {fits}' if fits > 1 else ''}"


def _spark_of(curve: Curve) -> str:
    from tui.selection import spark_of

    return spark_of(curve)
