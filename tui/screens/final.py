"""Breaking the seal: a dialog that says what it means and asks why, and one that shows what came out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from engine.errors import TunedeckError
from sessions.records import Look, SessionInfo, Snapshot
from sessions.search.winners import outcome_won_by
from tui.echo import final_command
from tui.feed import Feed
from tui.looks import held_words, promised_by, times
from tui.text import clean, cut, figure, score
from tui.toasts import say, say_error

__all__ = ["FinalScreen", "LookScreen", "ask_final", "ledger"]

_SHOWN = 6
_REASON = 40

Result = TypeVar("Result")


def ask_final(screen: Screen[Result], feed: Feed, snapshot: Snapshot, number: int, echo: Callable[[str], None]) -> None:
    """Ask for the reason, look once, show the result."""
    if not snapshot.info.test_rows:
        say(screen, "This session has no test rows: its split gives them no share.", seconds=6)
        return

    def decide(reason: str | None) -> None:
        if reason is not None:
            screen.run_worker(look(reason), group="requests")

    async def look(reason: str) -> None:
        try:
            found = await feed.ask(lambda each: each.final(number, reason))
        except TunedeckError as error:
            say_error(screen, error)
            return
        echo(final_command(snapshot.info.name, number, reason))
        outcome = outcome_won_by(number, snapshot.sweeps)
        tried = next(each for each in snapshot.experiments if each.number == number)
        held = held_words(promised_by(tried, outcome), outcome, found.score)
        screen.app.push_screen(LookScreen(snapshot.info, found, held, (*snapshot.looks, found)))

    screen.app.push_screen(FinalScreen(snapshot.info, number, snapshot.looks), decide)


class FinalScreen(ModalScreen[str | None]):
    """Says what a look at the test rows costs and asks for its reason; None when the seal stays."""

    BINDINGS = [Binding("escape", "leave", "Leave", show=False)]

    def __init__(self, info: SessionInfo, number: int, looks: Sequence[Look]) -> None:
        super().__init__()
        self._info, self._number, self._looks = info, number, looks
        self._reason = Input(placeholder="why now, and what will be decided by it", compact=True, id="ask")
        self._reason.cursor_blink = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = f"Break the seal for #{self._number}"
            box.border_subtitle = "⏎ looks, once · esc leaves the seal"
            yield Static(_meaning(self._info, self._looks))
            yield Static(Content.styled("Reason, kept in the ledger:", "$quiet"))
            yield self._reason
            yield Static(ledger(self._looks), id="ledger")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(clean(event.value).strip())
        else:
            say(self, "A look needs a reason: say why it is taken now.", seconds=4)

    def action_leave(self) -> None:
        """Keep the seal."""
        self.dismiss(None)


class LookScreen(ModalScreen[None]):
    """What one look showed."""

    BINDINGS = [Binding("escape,enter,q", "leave", "Close", show=False)]

    def __init__(self, info: SessionInfo, look: Look, held: Sequence[str], looks: Sequence[Look]) -> None:
        """`held` are the lines of what was promised and expected."""
        super().__init__()
        self._info, self._look, self._held = info, look, held
        self._looks = tuple({each.number: each for each in looks}.values())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = f"Look {self._look.number}: #{self._look.experiment}"
            box.border_subtitle = "esc closes"
            yield Static(self._result())
            yield Static(ledger(self._looks), id="ledger")

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)

    def _result(self) -> Content:
        look = self._look
        trainings = f", mean of {look.fits} trainings" if look.fits > 1 else ""
        lines = [
            Content.assemble((f"{clean(self._info.score_name)} {score(look.score)}", "bold $accent"),
                             f", cost {figure(look.cost)} on {self._info.test_rows:,} test rows{trainings}"),
        ]  # fmt: skip
        lines += [Content(each) for each in self._held]
        if look.number > 1:
            lines.append(Content.styled(_earlier(look.number - 1), "$warning"))
        return Content("\n").join([*lines, Content("")])


def ledger(looks: Sequence[Look]) -> Content:
    """Every look so far, a line each, the last ones where there are many."""
    if not looks:
        return Content.styled("Ledger: no look yet.", "$quiet")
    lines = [
        Content.assemble(
            (f"{each.number:>3}  {each.created:%Y-%m-%d}  ", "$quiet"), f"#{each.experiment:<5} {score(each.score)}  ",
            (cut(clean(each.reason), _REASON), "$quiet"),
        )
        for each in looks[-_SHOWN:]
    ]  # fmt: skip
    return Content("\n").join([Content.styled(f"Ledger: {len(looks)} so far", "$quiet"), *lines])


def _meaning(info: SessionInfo, looks: Sequence[Look]) -> Content:
    what = f"The {info.test_rows:,} test rows have been"
    worth = "what the network is worth on new data; whatever is changed after it makes the next look too good."
    if not looks:
        return Content(f"{what} kept away from every choice. One look tells {worth}\n")
    kept = f"{what} kept away from training and search. The first look at them told {worth}"
    return Content("\n").join([Content(kept), Content.styled(_earlier(len(looks)), "$warning"), Content("")])


def _earlier(count: int) -> str:
    return f"They have been looked at {times(count)} before: this figure will look better than it is."
