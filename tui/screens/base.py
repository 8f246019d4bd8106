"""What every full screen shares: its keys in the footer, requests that may fail, words to the person."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.screen import Screen
from textual.worker import Worker

from engine.errors import TunedeckError
from tui.keymap import COMMANDS, FIELD_KEYS, FORM_KEYS, Command, FieldKey, Where
from tui.text import clean, cut
from tui.tight import TightCompositor
from tui.toasts import say, say_error
from tui.widgets.bars import Footer
from tui.widgets.field import Choice
from tui.widgets.form_part import FormPart

__all__ = ["BaseScreen"]

_SMALLEST = (60, 16)
_ROOMY_ROWS = 22
_MOST_REPEATED = 20
"""Characters of what was refused that are said again."""

Result = TypeVar("Result")


class BaseScreen(Screen[Result]):
    """A screen with its own commands."""

    commands: ClassVar[tuple[Command, ...]] = COMMANDS
    form_keys: ClassVar[tuple[FieldKey, ...]] = FORM_KEYS
    field_keys: ClassVar[tuple[FieldKey, ...]] = FIELD_KEYS
    """Keys of what its form is made of."""
    wide: ClassVar[tuple[int, int]] = (160, 45)
    """Columns and rows from which on everything is in sight."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = TightCompositor()
        self._footer = Footer(self.commands)
        self._command = ""

    def lay_out(self, *, is_wide: bool) -> None:
        """Follow a change of the size."""

    def idle(self) -> frozenset[str]:
        """Commands that would do nothing at present."""
        return frozenset()

    def renamed(self) -> dict[str, str]:
        """Labels of commands that do something else than usual at present."""
        return {}

    def kept(self) -> frozenset[str]:
        """Commands that stand in the footer however little room there is, if they do something."""
        return frozenset({"final"})

    def typing_keys(self) -> Sequence[FieldKey]:
        """Keys of what is being typed in."""
        return self.form_keys

    def help_keys(self) -> Sequence[FieldKey]:
        """Keys that the help names besides the commands'."""
        first, *others = self.form_keys
        return (first, *self.field_keys, *others)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        is_wide = width >= self.wide[0] and height >= self.wide[1]
        self.set_class(width < _SMALLEST[0] or height < _SMALLEST[1], "-tiny")
        self.set_class(is_wide, "-wide")
        self.set_class(height < _ROOMY_ROWS, "-short")
        self.lay_out(is_wide=is_wide)
        self._show_keys()

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        self._show_keys()

    def on_choice_listed(self, event: Choice.Listed) -> None:
        from tui.screens.dialogs import ChooseScreen

        choice = event.choice

        def choose(word: str | None) -> None:
            if word is not None:
                choice.value = word

        self.app.push_screen(ChooseScreen(choice.entry.label, choice.choices, choice.value), choose)

    def on_form_part_refused(self, event: FormPart.Refused) -> None:
        typed = cut(clean(event.text), _MOST_REPEATED)
        known = (each for each in self.commands if each.where is Where.EXPERIMENTS)
        meant = next((each for each in known if event.text in (each.shown, *each.keys.split(","))), None)
        way = f": esc, then {typed} for {meant.label}" if meant is not None else event.instead
        self._say(f"{typed!r} {event.why}{way}.")

    def action_copy_command(self) -> None:
        """Copy the last action's command line."""
        if self._command:
            self.app.copy_to_clipboard(self._command)
            self._say("The command line is in the clipboard.")

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.dialogs import HelpScreen

        self.app.push_screen(HelpScreen(self.commands, self.help_keys()))

    def action_palette(self) -> None:
        """Open the command palette."""
        self.app.action_command_palette()

    def _do(self, request: Callable[[], Awaitable[None]]) -> None:
        async def guarded() -> None:
            try:
                await request()
            except TunedeckError as error:
                self._say_error(error)

        self.run_worker(guarded(), group="requests")

    def _restart(self, group: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Work in place of what the group was about, which has become stale."""

        async def begin() -> None:
            await work()

        _: Worker[None] = self.run_worker(begin, exclusive=True, group=group)

    def _say(self, sentence: str) -> None:
        say(self, sentence)

    def _say_error(self, error: TunedeckError) -> None:
        say_error(self, error)

    def _show_keys(self) -> None:
        copying = frozenset() if self._command else frozenset({"copy_command"})
        self._footer.show(self.idle() | copying, self.renamed(), self.kept(), own=self._keys_here())

    def _keys_here(self) -> Sequence[FieldKey]:
        """Keys of what has the focus, where letters command nothing."""
        focused = self.focused
        if isinstance(focused, FormPart):
            first, *others = self.form_keys
            return (first, *focused.field_keys, *others)
        is_typing = focused is not None and focused.check_consume_key("n", "n")
        return self.typing_keys() if is_typing else ()
