"""The Deck: form, chart, verdict and experiments of one session. Turns what a person does into requests."""

from collections.abc import Awaitable, Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Input, Static

from engine.errors import HyperparameterError, TunedeckError
from engine.hyperparameters import declaration
from sessions.records import Experiment, Snapshot, State
from tui import keymap
from tui.echo import note_command, run_command, work_command
from tui.feed import Feed
from tui.screens.panes import Panes
from tui.text import clean
from tui.tight import TightCompositor
from tui.widgets.bars import Footer
from tui.widgets.experiments import Experiments
from tui.widgets.field import Choice
from tui.widgets.form import Form
from tui.workbench import OpenWorkbench, Workbench

__all__ = ["Deck"]

_SMALLEST = (60, 16)
_WIDE = (160, 45)
_MOST_WAITING = 2
"""Writes the terminal may still owe before a frame is skipped."""


class Deck(Screen[None]):
    """The workbench of one session."""

    BINDINGS = [*keymap.bindings(), ("escape", "switch_side", "Form or table")]
    AUTO_FOCUS = "#value-learning_rate"

    def __init__(self, open_workbench: OpenWorkbench, session: str) -> None:
        super().__init__()
        self._compositor = TightCompositor()
        self._session = session
        self._command = ""
        self._filter: Input | None = None
        self._watched: list[tuple[int, int]] = []
        self._panes = Panes(session)
        self._footer = Footer()
        self._feed = Feed(
            open_workbench,
            show=self._show_snapshot,
            say=self._say_error,
            give_up=self._give_up,
            is_behind=self._is_terminal_behind,
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

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        is_wide = width >= _WIDE[0] and height >= _WIDE[1]
        self.set_class(width < _SMALLEST[0] or height < _SMALLEST[1], "-tiny")
        self.set_class(is_wide, "-wide")
        self._panes.lay_out(is_wide=is_wide)
        self._show_keys()

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        self._show_keys()

    def on_experiments_selected(self, _: Experiments.Selected) -> None:
        self._panes.show_selected()
        self._watch()

    def on_form_run_pressed(self, _: Form.RunPressed) -> None:
        self.action_run()

    def on_choice_listed(self, event: Choice.Listed) -> None:
        from tui.screens.dialogs import ChooseScreen

        choice = event.choice

        def choose(word: str | None) -> None:
            if word is not None:
                choice.value = word

        self.app.push_screen(ChooseScreen(choice.entry.label, choice.choices, choice.value), choose)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter":
            self._panes.set_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "filter":
            self._panes.table.focus()

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
            self._panes.form.load(selected.hyperparameters)
            self._say(f"The form holds the hyperparameters of #{selected.number}.")

    def action_try_advice(self) -> None:
        """Put the first advice for the selected experiment into the form."""
        selected = self._panes.selected()
        if selected is None or selected.verdict is None or not selected.verdict.advice:
            self._say("There is no advice for this experiment.")
            return
        advice = selected.verdict.advice[0]
        self._panes.form.load(selected.hyperparameters)
        self._panes.form.change(advice.name, advice.proposed)
        self._say(f"{declaration(advice.name).label} is {advice.proposed} in the form now: ctrl+r runs it.")

    def action_toggle_pause(self) -> None:
        """Hold the selected experiment, or let it go on."""
        selected = self._panes.selected()
        if selected is None or selected.state in (State.FINISHED, State.STOPPED, State.FAILED, State.PRUNED):
            self._say("Only an experiment that is queued, running or interrupted can be held or go on.")
        elif selected.state in (State.PAUSED, State.INTERRUPTED):
            self._work("resume", selected, lambda each: each.resume([selected.number]))
        else:
            self._work("pause", selected, lambda each: each.pause([selected.number]))

    def action_stop(self) -> None:
        """Stop the selected experiment."""
        selected = self._panes.selected()
        if selected is None or selected.state.is_over:
            self._say("Only an experiment that is queued, running or paused can be stopped.")
        else:
            self._work("stop", selected, lambda each: each.stop([selected.number]))

    def action_note(self) -> None:
        """Write the conclusion of the selected experiment."""
        if (selected := self._panes.selected()) is None:
            return
        from tui.screens.dialogs import WriteScreen

        def keep(text: str | None) -> None:
            if text is not None and text != selected.conclusion:
                self._do(lambda: self._keep_note(selected.number, text))

        self.app.push_screen(WriteScreen(f"Conclusion of #{selected.number}", selected.conclusion), keep)

    def action_filter(self) -> None:
        """Open the filter."""
        if self._filter is None:
            self._filter = Input(id="filter", placeholder="done  #12  learning_rate=0.03  -diverged", compact=True)
            self._filter.cursor_blink = False
            self._panes.history.mount(self._filter, before=0)
        self._filter.focus()

    def action_sort(self) -> None:
        """Order the table by the next key."""
        self._panes.sort_next()

    def action_toggle_log(self) -> None:
        """Change the scale of the cost."""
        self._panes.toggle_log()

    def action_copy_command(self) -> None:
        """Copy the last action's command line."""
        if self._command:
            self.app.copy_to_clipboard(self._command)
            self._say("The command line is in the clipboard.")

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.dialogs import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_palette(self) -> None:
        """Open the command palette."""
        self.app.action_command_palette()

    def action_quit(self) -> None:
        """Leave; training goes on."""
        self.app.exit(message=self._panes.farewell(self._session))

    def action_switch_side(self) -> None:
        """From the form to the table and back; from the filter to all experiments."""
        focused = self.focused
        if self._filter is not None and focused is self._filter:
            self._filter.remove()
            self._filter = None
            self._panes.set_filter("")
            self._panes.table.focus()
        elif isinstance(focused, Experiments):
            self._panes.form.take_focus()
        else:
            self._panes.table.focus()

    async def _keep_note(self, number: int, conclusion: str) -> None:
        await self._feed.ask(lambda each: each.note(number, conclusion=conclusion))
        self._echo(note_command(self._session, number, conclusion))

    def _work(self, verb: str, experiment: Experiment, request: Callable[[Workbench], None]) -> None:
        async def work() -> None:
            await self._feed.ask(request)
            self._echo(work_command(verb, self._session, [experiment.number]))

        self._do(work)

    def _do(self, request: Callable[[], Awaitable[None]]) -> None:
        async def guarded() -> None:
            try:
                await request()
            except TunedeckError as error:
                self._say_error(error)

        self.run_worker(guarded(), group="requests")

    def _echo(self, command: str) -> None:
        self._command = command
        self._panes.show_command(command)

    def _say(self, sentence: str) -> None:
        self.notify(clean(sentence), markup=False, timeout=4)

    def _give_up(self, error: TunedeckError) -> None:
        self.app.exit(error)

    def _say_error(self, error: TunedeckError) -> None:
        self.notify(clean(str(error)), severity="error", markup=False, timeout=8)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        for message in self._panes.show(snapshot):
            self.notify(clean(message), severity="warning", markup=False, timeout=10)
        self._watch()

    def _watch(self) -> None:
        fits = self._panes.wanted_fits()
        if fits != self._watched:
            self._watched = fits
            self._do(lambda: self._feed.ask(lambda each: each.watch(fits)))

    def _show_keys(self) -> None:
        focused = self.focused
        self._footer.show(is_typing=focused is not None and focused.check_consume_key("n", "n"))

    def _is_terminal_behind(self) -> bool:
        writer = getattr(self.app._driver, "_writer_thread", None)
        return writer is not None and writer._queue.qsize() > _MOST_WAITING
