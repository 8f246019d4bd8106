"""The Deck: form, chart, verdict and experiments of one session. Turns what a person does into requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from engine.errors import HyperparameterError, TunedeckError
from engine.hyperparameters import declaration
from sessions.states import State
from tui import keymap
from tui.backlog import is_behind
from tui.echo import note_command, run_command, work_command
from tui.feed import Feed
from tui.idle import idle_on_deck, kept_on_deck, renamed
from tui.inheriting import inherit
from tui.screens.base import BaseScreen
from tui.screens.panes import MOST_MARKED, Panes
from tui.text import clean
from tui.widgets.experiments import Experiments
from tui.widgets.form import Form
from tui.widgets.history import History
from tui.workbench import OpenWorkbench, Workbench

if TYPE_CHECKING:
    from sessions.records import Experiment, Snapshot
    from tui.screens.guest import Guest

__all__ = ["Deck"]


class Deck(BaseScreen[None]):
    """The workbench of one session."""

    BINDINGS = [*keymap.bindings(), ("escape", "switch_side", "Form or table")]
    AUTO_FOCUS = "#value-learning_rate"

    def __init__(self, open_workbench: OpenWorkbench, session: str) -> None:
        super().__init__()
        self._session = session
        self._watched: list[tuple[int, int]] = []
        self._panes = Panes(session)
        self._guest: Guest | None = None
        self._latest: Snapshot | None = None
        self._feed = Feed(
            open_workbench,
            show=self._show_snapshot,
            say=self._say_error,
            give_up=self._give_up,
            is_behind=lambda: is_behind(self.app),
        )

    def compose(self) -> ComposeResult:
        yield Static("tunedeck needs at least 60×16", id="too-small")
        yield self._panes.header
        with Container(id="body"):
            yield self._panes.form
            yield self._panes.chart
            yield self._panes.detail
            yield self._panes.history
        yield self._footer

    def on_mount(self) -> None:
        self._panes.show_nothing()
        self.call_after_refresh(self._start)

    def on_unmount(self) -> None:
        self._feed.close()

    def _start(self) -> None:
        self.run_worker(self._feed.follow(), group="feed")
        self._panes.chart.warm_up()

    def lay_out(self, *, is_wide: bool) -> None:
        """Use the wide arrangement, or the compact one."""
        self._panes.lay_out(is_wide=is_wide)

    def idle(self) -> frozenset[str]:
        """By what is selected."""
        return idle_on_deck(self._panes.selected(), self._latest)

    def renamed(self) -> dict[str, str]:
        """By what is selected."""
        selected = self._panes.selected()
        return renamed(selected.state if selected is not None else None)

    def kept(self) -> frozenset[str]:
        """The way to the test rows, for what has won a sweep."""
        return kept_on_deck(self._panes.selected(), self._latest)

    def typing_keys(self) -> Sequence[keymap.FieldKey]:
        """The filter has its own."""
        return keymap.FILTER_KEYS if self._panes.history.is_filtering else self.form_keys

    def help_keys(self) -> Sequence[keymap.FieldKey]:
        """The form's and the filter's."""
        return (*super().help_keys(), *keymap.FILTER_KEYS)

    def on_experiments_selected(self, _: Experiments.Selected) -> None:
        self._panes.show_selected()
        self._show_keys()
        self._watch()

    def on_experiments_moved(self, _: Experiments.Moved) -> None:
        self._watch()

    def on_form_run_pressed(self, _: Form.RunPressed) -> None:
        self.action_run()

    def on_history_filtered(self, event: History.Filtered) -> None:
        """Judge all experiments in slices, so that typing stays quick among 100,000."""

        async def judge() -> None:
            for _ in self._panes.judge(event.text):
                await asyncio.sleep(0)

        self._restart("filter", judge)

    def action_run(self) -> None:
        """Queue what the form says."""
        form = self._panes.form
        try:
            hyperparameters = form.read()
        except HyperparameterError:
            return
        idea, parent = form.idea, self._panes.table.selected

        async def run() -> None:
            number = await self._feed.ask(lambda each: each.run(hyperparameters, idea=idea, parent=parent))
            form.clear_idea()
            self._panes.select_when_there(number)
            self._echo(run_command(self._session, hyperparameters, idea))

        self._do(run)

    def action_load(self) -> None:
        """Copy the selected experiment into the form."""
        if (selected := self._panes.selected()) is not None:
            notes = self._inherit(selected)
            self._say(" ".join([f"The form holds the hyperparameters of #{selected.number}.", *notes]))

    def action_try_advice(self) -> None:
        """Put the first advice for the selected experiment into the form."""
        selected = self._panes.selected()
        if selected is None or selected.verdict is None or not selected.verdict.advice:
            self._say("There is no advice for this experiment.")
            return
        advice = selected.verdict.advice[0]
        notes = self._inherit(selected)
        self._panes.form.change(advice.name, advice.proposed)
        told = f"{declaration(advice.name).label} is {advice.proposed} in the form now: ctrl+r runs it."
        self._say(" ".join([told, *notes]))

    def _inherit(self, selected: Experiment) -> list[str]:
        """Fill the form, and what is to be said of values left behind."""
        assert self._latest is not None, "nothing is selected before the first snapshot"
        values, notes = inherit(selected, self._latest.info.task)
        self._panes.form.load(values)
        return notes

    def action_toggle_pause(self) -> None:
        """Pause the selected experiment, or let it go on."""
        selected = self._panes.selected()
        if selected is None or "toggle_pause" in self.idle():
            self._say("Only an experiment that is queued, running, paused or interrupted can be paused or go on.")
        elif selected.state in (State.PAUSED, State.INTERRUPTED):
            self._work("resume", selected, lambda each: each.resume([selected.number]))
        else:
            self._work("pause", selected, lambda each: each.pause([selected.number]))

    def action_stop(self) -> None:
        """Stop the selected experiment."""
        selected = self._panes.selected()
        if selected is None or "stop" in self.idle():
            self._say("Only an experiment that is queued, running or paused can be stopped.")
        else:
            self._work("stop", selected, lambda each: each.stop([selected.number]))

    def action_note(self) -> None:
        """Write the conclusion of the selected experiment."""
        if (selected := self._panes.selected()) is None:
            return
        from tui.screens.dialogs import WriteScreen

        async def keep(text: str) -> None:
            if text != selected.conclusion:
                await self._feed.ask(lambda each: each.note(selected.number, conclusion=text))
                self._echo(note_command(self._session, selected.number, text))

        self.app.push_screen(WriteScreen(f"Conclusion of #{selected.number}", selected.conclusion, keep))

    def action_detail(self) -> None:
        """Show all that is said of the selected experiment."""
        if (selected := self._panes.selected()) is not None:
            from tui.screens.dialogs import ReadScreen

            self.app.push_screen(ReadScreen(f"Experiment #{selected.number}", self._panes.detail_in_full()))

    def action_filter(self) -> None:
        """Open the filter."""
        self._panes.history.open_filter()

    def action_sort(self) -> None:
        """Order the table by the next key."""
        self._panes.sort_next()

    def action_toggle_log(self) -> None:
        """Change the scale of the cost."""
        self._panes.toggle_log()

    def action_sweep(self) -> None:
        """Go to the Sweep screen; the form's values are what a new sweep varies around."""
        if self._latest is None:
            return
        from tui.screens.sweep import SweepScreen

        self._invite(SweepScreen(self._feed, self._latest, self._panes.form.peek()))

    def action_mark(self) -> None:
        """Mark the selected experiment, or unmark it."""
        if (selected := self._panes.selected()) is not None:
            self._panes.turn_mark(selected.number)

    def action_compare(self) -> None:
        """Put the marked experiments side by side."""
        numbers = self._panes.marked()
        if self._latest is None or not 2 <= len(numbers) <= MOST_MARKED:
            self._say(f"{len(numbers)} marked: m marks 2 to {MOST_MARKED} experiments, c compares them.")
            return
        from tui.screens.compare import CompareScreen

        self._invite(CompareScreen(self._feed, self._latest, numbers))

    def action_final(self) -> None:
        """Score the selected experiment on the test rows."""
        selected = self._panes.selected()
        if selected is None or self._latest is None:
            return
        if "final" in self.idle():
            self._say("Only an experiment that has been trained can be scored on the test rows.")
            return
        from tui.screens.final import ask_final

        ask_final(self, self._feed, self._latest, selected.number, self._echo)

    def action_quit(self) -> None:
        """Leave; training goes on."""
        self.app.exit(message=self._panes.farewell(self._session))

    def action_switch_side(self) -> None:
        """From the form to the table and back; from the filter, or what it leaves, to all experiments."""
        if self._panes.history.leave_filter():
            return
        if self.focused is self._panes.table:
            self._panes.form.take_focus()
        else:
            self.set_focus(self._panes.table)

    def _invite(self, guest: Guest) -> None:
        """Show a screen over this one and feed it until it goes."""
        self._guest = guest
        self.app.push_screen(guest, self._welcome_back)

    def _welcome_back(self, number: int | None) -> None:
        self._guest, self._watched = None, []
        if self._latest is not None:
            self._show_snapshot(self._latest)
        if number is not None:
            self._panes.table.select(number)
            self.set_focus(self._panes.table)

    def _work(self, verb: str, experiment: Experiment, request: Callable[[Workbench], None]) -> None:
        async def work() -> None:
            await self._feed.ask(request)
            self._echo(work_command(verb, self._session, [experiment.number]))

        self._do(work)

    def _echo(self, command: str) -> None:
        self._command = command
        self._panes.show_command(command)

    def _give_up(self, error: TunedeckError) -> None:
        self.app.exit(error)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        self._latest = snapshot
        if self._guest is not None:
            self._guest.show_snapshot(snapshot)
            return
        for message in self._panes.show(snapshot):
            self.notify(clean(message), severity="warning", markup=False, timeout=6)
        self._show_keys()
        self._watch()

    def _watch(self) -> None:
        fits = self._panes.wanted_fits()
        if fits != self._watched:
            self._watched = fits
            self._do(lambda: self._feed.ask(lambda each: each.watch(fits)))
