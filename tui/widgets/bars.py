"""The header that says what the session is about, and the footer with every key that works here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from sessions.states import State
from tui.keymap import COMMANDS, Command, FieldKey, Where
from tui.text import clean, cut

if TYPE_CHECKING:
    from sessions.records import SessionInfo, Snapshot

__all__ = ["Footer", "Header", "facts"]


class Header(Static):
    """One line: the session, its data, what runs."""

    def __init__(self, session: str) -> None:
        super().__init__(Content.assemble(("tunedeck", "bold $accent"), "  ", clean(session)), id="header")
        self._shown = ""
        self._snapshot: Snapshot | None = None

    def on_resize(self, _: events.Resize) -> None:
        """Say as much as there is room for now."""
        if self._snapshot is not None:
            self.show(self._snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Say what stands now."""
        self._snapshot, info = snapshot, snapshot.info
        states = [each.state for each in snapshot.experiments[-500:]]
        counts = [(states.count(state), sign) for state, sign in _COUNTED]
        work = "  ".join(f"{number} {sign}" for number, sign in counts if number)
        locked = "read-only  " if any("read-only" in each for each in snapshot.messages) else ""
        left = Content.assemble(
            ("tunedeck", "bold $accent"), "  ", (clean(info.name), "bold"), "  ", (locked, "$warning")
        )
        room = self.size.width - len(left) - len(work) - 2
        forms = facts(info, len(snapshot.looks))
        data = Content.styled(cut(next((each for each in forms if len(each) <= room), forms[-1]), room), "$quiet")
        gap = max(2, self.size.width - len(left) - len(data) - len(work))
        line = left + data + Content(" " * gap) + Content.styled(work, "$success")
        if line.plain != self._shown:
            self._shown = line.plain
            self.update(line, layout=False)


_COUNTED = ((State.RUNNING, "▶"), (State.PAUSED, "‖"), (State.QUEUED, "queued"))
"""An … for what is queued would read as words cut off."""


def facts(info: SessionInfo, looks: int) -> list[str]:
    """The data in words, the longest form first."""
    kind = f"{len(info.classes)} classes" if info.classes else "regression"
    train, validation, test = f"{info.train_rows:,} train", f"{info.validation_rows:,} val", "no test rows"
    long, short = test, test
    if info.test_rows:
        test = f"{info.test_rows:,} test"
        long, short = f"{test} sealed", f"{info.test_rows:,} sealed"
    if info.test_rows and looks:
        long = short = f"{test}, {looks} look{'s' * (looks != 1)}"
    parts = ([kind, train, f"{validation}idation", long], [kind, train, validation, short], [train, validation, short])
    return [" · ".join(each) for each in parts]


class Footer(Static):
    """One line of keys; they can be clicked."""

    def __init__(self, commands: Sequence[Command] = COMMANDS) -> None:
        super().__init__(id="footer")
        self._commands = commands
        self._shown: tuple[object, ...] = ()

    def show(
        self, idle: frozenset[str], renamed: Mapping[str, str], kept: frozenset[str], *, own: Sequence[FieldKey] = ()
    ) -> None:
        """Name the keys that do something now: none that is `idle`, by their `renamed` labels where they have one.

        Those of `kept` stay where there is little room. What has the focus may have its `own` instead of letters.
        """
        shown = (idle, tuple(renamed.items()), kept, own, self.size.width)
        if self._shown == shown:
            return
        self._shown = shown
        known = [each for each in self._commands if each.is_in_footer and each.action not in idle]
        entries = [(each.shown, each.label, each.action) for each in known if each.shown == "^R"]
        if own:
            entries += [(key, label, "") for key, label, _ in own]
            entries += [("F1", "help", "help")]
        else:
            here = [each for each in known if each.where is Where.EXPERIMENTS]
            entries += [(each.shown, renamed.get(each.action, each.label), each.action) for each in here]
            entries += [("?", "help", "help")]
        entries += [("^P", "palette", "palette"), ("^Q", "quit", "quit")]
        self.update(_line(entries, kept, self.size.width), layout=False)


_DISPENSABLE = (
    "y", "l", "^P", "s", "p", "n", "c", "a", "r", "/", "f", "m c", "⏎", "d", "e", "+", "t", "w", "v", "←→", "x", "< >",
    "↑↓", "tab", "␣",
)  # fmt: skip
"""Keys that are left to the help where there is little room, in this order."""


def _line(entries: Sequence[tuple[str, str, str]], kept: frozenset[str], width: int) -> Content:
    """As many of the entries as there is room for, each with its word."""
    labels = {key: label for key, label, _ in entries}
    needed = {key for key, _, action in entries if action in kept}
    for key in (each for each in _DISPENSABLE if each not in needed):
        if sum(len(key) + len(label) + 3 for key, label in labels.items()) - 2 <= width:
            break
        labels.pop(key, None)
    parts: list[Content] = []
    for key, _, action in entries:
        if key not in labels:
            continue
        label = labels[key]
        style = Style.from_meta({"@click": f"screen.{action}"}) if action else Style()
        words = Content.assemble((key, "bold $accent"), f" {label}")
        parts += [words.stylize(style), Content("  ")]
    return Content("").join(parts)
