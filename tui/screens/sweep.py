"""The Sweep screen: what is searched on the left, what it found on the right. Turns keys into requests."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from engine.errors import TunedeckError
from engine.hyperparameters import Hyperparameters
from sessions.records import Snapshot, State
from sessions.search.records import Sweep
from tui import keymap
from tui.echo import steer_command, sweep_command, sweep_work_command
from tui.feed import Feed
from tui.idle import idle_on_sweep, renamed
from tui.screens.guest import Guest
from tui.screens.sweep_panes import SweepPanes
from tui.sweeps.choice import SweepChoice
from tui.sweeps.findings import find_in
from tui.sweeps.twins import TwinGuard
from tui.sweeps.wording import preview_words
from tui.toasts import say
from tui.widgets.experiments import Experiments
from tui.widgets.space_form import SpaceForm
from tui.workbench import Desk, Workbench

__all__ = ["SweepScreen"]

_CALM_S = 0.5
"""Between two times that findings are drawn up."""
_TYPING_S = 0.15
"""Without a keystroke, before the cost of the search is worked out."""


class SweepScreen(Guest):
    """Systematic search."""

    BINDINGS = [*keymap.bindings(keymap.SWEEP_COMMANDS)]
    AUTO_FOCUS = "#leaderboard"
    commands = keymap.SWEEP_COMMANDS
    form_keys = keymap.SPACE_KEYS
    field_keys = (*keymap.PROPOSE_KEYS, *keymap.FIELD_KEYS)

    def __init__(self, feed: Feed, snapshot: Snapshot, base: Hyperparameters) -> None:
        super().__init__(feed, snapshot)
        self._base = base
        self._panes = SweepPanes(snapshot.info, base)
        self._choice = SweepChoice(snapshot.sweeps)
        self._is_finding = False
        self._found: Snapshot | None = None
        self._twins = TwinGuard()
        self._is_launching = False

    def compose(self) -> ComposeResult:
        yield Static("tunedeck needs at least 60×16", id="too-small")
        yield self._panes.header
        with Container(id="sweep-body"):
            yield self._panes.space
            yield self._panes.figures
        yield self._panes.status
        yield self._footer

    def on_mount(self) -> None:
        self._panes.show_nothing()
        self._panes.header.show(self._snapshot)
        if self._choice.number is None:
            self.call_after_refresh(self._panes.space.take_focus)
        self.show_news()

    def show_news(self) -> None:
        """Show the newest state of the sweep, drawn up in a thread."""
        self._panes.header.show(self._snapshot)
        if self._choice.follow(self._snapshot.sweeps, is_held=self._panes.space.is_touched):
            self._begin_anew()
        if not self._is_finding and self._sweep() is not None:
            self._is_finding = True
            self.run_worker(self._find_until_done(), group="finding")

    def lay_out(self, *, is_wide: bool) -> None:
        """All groups are open where there is room."""
        self._panes.header.show(self._snapshot)
        self._panes.lay_out(is_wide=is_wide)
        self._preview()
        self._panes.draw_again(self._snapshot)

    def idle(self) -> frozenset[str]:
        """By the sweep that is shown."""
        return idle_on_sweep(self._panes.findings, len(self._snapshot.sweeps), self._panes.foremost())

    def renamed(self) -> dict[str, str]:
        """Likewise."""
        return renamed(self._panes.findings.standing.sweep.state if self._panes.findings is not None else None)

    def on_space_form_changed(self, _: SpaceForm.Changed) -> None:
        self._preview()

    def on_space_form_launch_pressed(self, _: SpaceForm.LaunchPressed) -> None:
        self.action_launch()

    def on_experiments_selected(self, event: Experiments.Selected) -> None:
        event.stop()

    def action_launch(self) -> None:
        """Begin what the Space pane says."""
        try:
            draft = self._panes.space.read(self._snapshot.info)
            workers = self._panes.space.worker_count
        except TunedeckError as error:
            self._say_error(error)
            return
        if self._is_launching:
            return
        if words := self._twins.objection(draft, self._snapshot.sweeps):
            say(self, words, seconds=8)
            return
        self._is_launching = True

        def launch(workbench: Workbench) -> tuple[int, tuple[str, ...]]:
            workbench.sweeps.set_workers(workers)
            return workbench.sweeps.launch(draft), workbench.sweeps.preview(draft).notes

        async def begin() -> None:
            try:
                number, notes = await self._feed.ask(launch)
            finally:
                self._is_launching = False
            self._twins.begin(replace(draft, number=number))
            self._choice.await_sweep(number)
            self._panes.release_form()
            self.set_focus(self._panes.table)
            self._say(" ".join((f"Sweep {number} begins.", *notes)))
            self._echo(sweep_command(self._session, draft, workers))
            self.show_news()

        self._do(begin)

    def action_back(self) -> None:
        """From the form to the leaderboard; from there to the Deck."""
        if self.focused is self._panes.table or self.focused is None:
            self.dismiss(None)
        else:
            self.set_focus(self._panes.table)

    def action_edit(self) -> None:
        """Write in the Space pane."""
        self._panes.space.take_focus()

    def action_preset(self) -> None:
        """Choose a ready-made space, or test learning rates."""
        from tui.screens.presets import choose_preset, test_rates

        space, base = self._panes.space, self._base
        choose_preset(self, space, base, lambda: self._do(lambda: test_rates(self, self._feed, space, base)))

    def action_toggle_pause(self) -> None:
        """Pause the sweep, or let it go on."""
        sweep = self._sweep()
        if sweep is None or "toggle_pause" in self.idle():
            self._say("Only a sweep that is not finished can be paused or go on; a adds trials.")
        elif sweep.state is State.RUNNING:
            self._steer(sweep, sweep_work_command("pause", self._session, sweep.number), lambda each: each.pause)
        else:
            self._steer(sweep, sweep_work_command("resume", self._session, sweep.number), lambda each: each.resume)

    def action_stop(self) -> None:
        """End the sweep, once the person has said that it is meant."""
        sweep = self._sweep()
        if sweep is None or "stop" in self.idle():
            self._say("Only a sweep that is running or paused can be stopped.")
            return
        from tui.screens.steering import ask_whether_to_stop

        command = sweep_work_command("stop", self._session, sweep.number)
        ask_whether_to_stop(self, sweep.number, lambda: self._steer(sweep, command, lambda each: each.stop))

    def action_retry(self) -> None:
        """Train the failed trials again."""
        if (sweep := self._sweep()) is not None:
            self._steer(sweep, steer_command(self._session, sweep.number, "--retry"), lambda each: each.retry)

    def action_widen(self) -> None:
        """Widen the shown hyperparameter."""
        sweep, findings = self._sweep(), self._panes.findings
        if sweep is None or findings is None:
            return
        edges = [each.name for each in findings.edges]
        if not edges:
            self._say("No best value lies at an end of its range so far.")
            return
        name = self._panes.sliced if self._panes.sliced in edges else edges[0]

        async def widen() -> None:
            words = await self._feed.ask(lambda each: each.sweeps.widen(sweep.number, name))
            self._say(f"{name} now varies over {words}.")
            self._echo(steer_command(self._session, sweep.number, "--widen", name))

        self._do(widen)

    def action_add(self) -> None:
        """Ask how many trials to add."""
        if (sweep := self._sweep()) is None:
            return
        from tui.screens.steering import ask_trials

        async def add(trials: int) -> None:
            await self._feed.ask(lambda each: each.sweeps.add_trials(sweep.number, trials))
            self._echo(steer_command(self._session, sweep.number, "--add-trials", str(trials)))

        ask_trials(self, sweep.number, add)

    def action_figure(self) -> None:
        """Turn to the next figure."""
        self._panes.figures.turn()

    def action_turn(self, step: int) -> None:
        """Slice by another hyperparameter."""
        self._panes.turn_slice(step)
        self._panes.draw_again(self._snapshot)

    def action_toggle_log(self) -> None:
        """Change the scale of costs."""
        self._panes.toggle_log()
        self._panes.draw_again(self._snapshot)

    def action_older(self) -> None:
        """The sweep before."""
        self._go_to(-1)

    def action_newer(self) -> None:
        """The next sweep."""
        self._go_to(1)

    def action_open_trial(self) -> None:
        """Go to the selected trial on the Deck."""
        if (selected := self._panes.selected()) is not None:
            self.dismiss(selected.number)

    def action_compare(self) -> None:
        """Put the foremost side by side."""
        if "compare" in self.idle():
            self._say("Two trials with a figure are needed for a comparison.")
            return
        from tui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen(self._feed, self._snapshot, self._panes.foremost()), self._return)

    def action_final(self) -> None:
        """Break the seal for the winner."""
        findings = self._panes.findings
        outcome = findings.standing.sweep.outcome if findings is not None else None
        if outcome is None:
            self._say("A winner is named when the sweep is over: final waits for it.")
            return
        from tui.screens.final import ask_final

        ask_final(self, self._feed, self._snapshot, outcome.winner, self._echo)

    def _sweep(self) -> Sweep | None:
        return self._choice.shown(self._snapshot.sweeps)

    def _go_to(self, step: int) -> None:
        if self._choice.step(self._snapshot.sweeps, step):
            self._begin_anew()
            self.show_news()

    def _begin_anew(self) -> None:
        """Another sweep is shown."""
        self._found = None
        self._panes.release_form()

    def _return(self, number: int | None) -> None:
        self._watched = []
        if number is not None:
            self.dismiss(number)

    def _steer(self, sweep: Sweep, command: str, verb: Callable[[Desk], Callable[[int], object]]) -> None:
        async def steer() -> None:
            await self._feed.ask(lambda each: verb(each.sweeps)(sweep.number))
            self._echo(command)

        self._do(steer)

    def _echo(self, command: str) -> None:
        self._command = command
        self._panes.show_command(command)

    def _preview(self) -> None:
        """Say how much the search would cost, once the form makes sense."""
        try:
            draft = self._panes.space.read_quietly(self._snapshot.info)
        except TunedeckError:
            self._panes.space.show_estimate("")
            return
        self._restart("preview", lambda: self._look_ahead(draft))

    async def _look_ahead(self, draft: Sweep) -> None:
        await asyncio.sleep(_TYPING_S)
        try:
            shown = await self._feed.ask(lambda each: each.sweeps.preview(draft))
            words = preview_words(shown, is_short=not self.has_class("-wide"))
        except TunedeckError as error:
            words = str(error)
        self._panes.space.show_estimate(words)

    async def _find_until_done(self) -> None:
        try:
            while self._found is not self._snapshot and (sweep := self._sweep()) is not None:
                snapshot = self._snapshot
                findings = await asyncio.to_thread(find_in, snapshot, sweep, datetime.now(UTC))
                self._found = snapshot
                if sweep.number == self._choice.number:
                    self._panes.show(findings, snapshot)
                    self._show_keys()
                    self._watch(self._panes.wanted_fits())
                await asyncio.sleep(_CALM_S if self._found is not self._snapshot else 0)
        finally:
            self._is_finding = False
