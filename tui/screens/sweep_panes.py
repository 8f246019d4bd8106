"""The panes of the Sweep screen, and how findings and curves are spread over them. Sends no requests."""

from dataclasses import dataclass

from textual.containers import Vertical
from textual.content import Content

from engine.hyperparameters import Hyperparameters
from engine.search.ranges import variable
from sessions.records import Experiment, SessionInfo, Snapshot
from sessions.search.records import Sweep
from tui.columns import Column
from tui.sweeps import wording
from tui.sweeps.draft import range_text
from tui.sweeps.figures import best_so_far_plot, curves_plot, far_words, slice_plot, time_plot
from tui.sweeps.findings import Findings
from tui.sweeps.rows import leaderboard, leaderboard_columns
from tui.text import clean, cut
from tui.widgets.bars import Header
from tui.widgets.detail import Detail
from tui.widgets.figures import Figures
from tui.widgets.leaderboard import Leaderboard
from tui.widgets.space_form import SpaceForm

__all__ = ["SweepPanes"]

_MOST_CURVES = 16
"""Trials whose curve is drawn, the foremost first."""

_MOST_STATUS = 8
_MOST_COMPARED = 4


@dataclass(slots=True)
class _Shown:
    """What the panes show at present."""

    findings: Findings | None = None
    ranked: tuple[Experiment, ...] = ()
    sliced: str = ""
    is_log: bool = True


class SweepPanes:
    """What stands on the Sweep screen, told what to show."""

    def __init__(self, info: SessionInfo, base: Hyperparameters) -> None:
        self.header = Header(info.name)
        self.space = SpaceForm(base, info.task, id="space")
        self.table = Leaderboard(id="leaderboard")
        self.leaders = Vertical(self.table, id="leaders")
        self.figures = Figures(self.leaders, id="figures")
        self.status = Detail(id="sweep-status")
        self.status.is_folded = True
        self._shown = _Shown()
        self._loaded: Sweep | None = None
        self._words = Content("")

    def lay_out(self, *, is_wide: bool) -> None:
        """All groups are open where there is room; the words take the lines they need."""
        self.space.open_all(is_wide)
        self._show_status(self._words)

    def show_nothing(self) -> None:
        """While there is no sweep."""
        self.leaders.border_title = "Leaderboard"
        self.table.columns_for = lambda _: []
        words = Content.assemble(
            "No sweep yet. ", ("↑", "bold $accent"), " proposes a range, ", ("^R", "bold $accent"), " launches; ",
            ("esc p", "bold $accent"), " fills in a preset.",
        )  # fmt: skip
        self._show_status(words)

    def show(self, findings: Findings, snapshot: Snapshot) -> None:
        """Show a sweep as it was drawn up."""
        sweep = findings.standing.sweep
        is_first = self._shown.findings is None or self._shown.findings.standing.sweep.number != sweep.number
        ranked = tuple(leaderboard(findings.standing))
        self._shown.findings, self._shown.ranked = findings, ranked
        names = [each.name for each in sweep.space.ranges]
        if is_first or self._shown.sliced not in names:
            shares = {each.name: each.share for each in findings.importances}
            self._shown.sliced = max(names, key=lambda each: shares.get(each, 0.0))
        if self._loaded != sweep and not self.space.is_touched:
            self._loaded = sweep
            self.space.load_sweep(sweep)
        self.table.columns_for = self._columns
        best = findings.standing.best
        self.table.show(ranked, ranked, best.number if best is not None else None)
        if is_first and ranked:
            self.table.select(ranked[0].number)
        self.leaders.border_title = self._leaders_title(findings)
        self._show_status(wording.status(findings, snapshot.looks))
        self._draw(findings, snapshot)

    def draw_again(self, snapshot: Snapshot) -> None:
        """After another hyperparameter or scale was chosen."""
        if self._shown.findings is not None:
            self._draw(self._shown.findings, snapshot)

    def turn_slice(self, step: int) -> None:
        """Choose the hyperparameter before or after."""
        if self._shown.findings is None:
            return
        names = [each.name for each in self._shown.findings.standing.sweep.space.ranges]
        self._shown.sliced = names[(names.index(self._shown.sliced) + step) % len(names)]
        self.figures.bring("slice")

    def toggle_log(self) -> None:
        """Change the scale of costs."""
        self._shown.is_log = not self._shown.is_log

    def release_form(self) -> None:
        """Let the form follow the sweep that is shown again."""
        self.space.is_touched = False
        self._loaded = None

    @property
    def findings(self) -> Findings | None:
        """What is shown."""
        return self._shown.findings

    @property
    def ranked(self) -> tuple[Experiment, ...]:
        """The trials as the leaderboard shows them."""
        return self._shown.ranked

    @property
    def sliced(self) -> str:
        """The hyperparameter whose slice is shown."""
        return self._shown.sliced

    def selected(self) -> Experiment | None:
        """The selected trial."""
        return next((each for each in self._shown.ranked if each.number == self.table.selected), None)

    def foremost(self) -> list[int]:
        """Numbers of the trials that are worth comparing."""
        return [each.number for each in self._shown.ranked if each.best is not None][:_MOST_COMPARED]

    def wanted_fits(self) -> list[tuple[int, int]]:
        """The curves that are drawn."""
        return [(each.number, 1) for each in self._shown.ranked[:_MOST_CURVES]]

    def show_command(self, command: str) -> None:
        """Show the command line of what was done."""
        room = max(10, self.table.size.width - 6)
        self.leaders.border_subtitle = Content(f"$ {cut(clean(command), room)}").markup

    def _show_status(self, words: Content) -> None:
        """As many lines as it needs."""
        self._words = words
        width = max(20, self.status.size.width)
        most = min(_MOST_STATUS, max(2, (self.status.app.size.height - 4) * 2 // 5))
        self.status.styles.height = min(len(words.wrap(width)), most)
        self.status.show(words)

    def _columns(self, width: int) -> list[Column]:
        assert self._shown.findings is not None
        return leaderboard_columns(width, self._shown.findings.standing)

    def _leaders_title(self, findings: Findings) -> str:
        return f"Leaderboard  {wording.title(findings.standing.sweep)}"

    def _draw(self, findings: Findings, snapshot: Snapshot) -> None:
        sweep, is_log = findings.standing.sweep, self._shown.is_log
        scale = "log y" if is_log else "linear y"
        curves = curves_plot(self._shown.ranked[:_MOST_CURVES], snapshot.curves, sweep=sweep.number, is_log=is_log)
        self.figures.show("curves", curves)
        self.figures.title("curves", self._legend(), f"val cost {scale} · epoch")
        self.figures.show("best", best_so_far_plot(findings))
        self.figures.title("best", "Best so far", f"{snapshot.info.score_name} · trial{far_words(findings)}")
        self.figures.show_bars(wording.bars(findings.importances, self.figures.bars_width))
        self.figures.title("importance", "Importance")
        name = self._shown.sliced
        self.figures.show("slice", slice_plot(findings, name))
        self.figures.title("slice", self._slice_title(findings, name), self._slice_subtitle(findings, name))
        self.figures.show("time", time_plot(findings))
        self.figures.title("time", "Score against time", f"● Pareto front · seconds{far_words(findings)}")

    def _legend(self) -> str:
        inks = zip(self._shown.ranked[:3], ("$ink-1", "$ink-2", "$ink-3"), strict=False)
        parts = [Content.styled(f"─ #{each.number}", ink) for each, ink in inks]
        return Content("  ").join([Content("Curves"), *parts]).markup

    def _slice_title(self, findings: Findings, name: str) -> str:
        entry = variable(name)
        share = next((each for each in findings.importances if each.name == name), None)
        worth = f"  importance {share.share:.2f}" if share is not None and share.is_reliable else ""
        return f"{entry.label} {entry.symbol}".strip() + worth

    def _slice_subtitle(self, findings: Findings, name: str) -> str:
        edge = next((each for each in findings.edges if each.name == name), None)
        if edge is None:
            return f"←→ next · ◆ best{far_words(findings)}"
        return Content.assemble(
            ("edge! ", "$warning"), ("+", "bold $accent"), f" widens to {range_text(edge.after)}"
        ).markup
