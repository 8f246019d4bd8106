"""The header that says what the session is about, and the footer with every key that works here."""

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from sessions.records import SessionInfo, Snapshot, State
from tui.keymap import COMMANDS, FORM_KEYS, Where
from tui.text import clean

__all__ = ["Footer", "Header"]


class Header(Static):
    """One line: the session, its data, what runs."""

    def __init__(self, session: str) -> None:
        super().__init__(Content.assemble(("tunedeck", "bold $accent"), "  ", clean(session)), id="header")
        self._shown = ""

    def show(self, snapshot: Snapshot) -> None:
        """Say what stands now."""
        info = snapshot.info
        states = [each.state for each in snapshot.experiments[-500:]]
        counts = [(states.count(state), glyph) for state, glyph in _COUNTED]
        work = "  ".join(f"{number} {glyph}" for number, glyph in counts if number)
        left = Content.assemble(("tunedeck", "bold $accent"), "  ", (clean(info.name), "bold"), "  ")
        facts = Content.styled(_facts(info), "$quiet")
        gap = max(2, self.size.width - len(left) - len(facts) - len(work))
        line = left + facts + Content(" " * gap) + Content.styled(work, "$success")
        if line.plain != self._shown:
            self._shown = line.plain
            self.update(line)


_COUNTED = ((State.RUNNING, "▶"), (State.PAUSED, "‖"), (State.QUEUED, "…"))


def _facts(info: SessionInfo) -> str:
    kind = f"{len(info.classes)} classes" if info.classes else "regression"
    sealed = f"{info.test_rows} sealed" if info.test_rows else "no test rows"
    return f"{kind} · {info.train_rows:,} train · {info.validation_rows:,} validation · {sealed}"


class Footer(Static):
    """One line of keys; they can be clicked."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._shown: tuple[bool, int] | None = None

    def show(self, *, is_typing: bool) -> None:
        """Name the keys that work now: fewer while text is being typed."""
        if self._shown == (is_typing, self.size.width):
            return
        self._shown = (is_typing, self.size.width)
        entries = [("^R", "run", "run")]
        if is_typing:
            entries += [(key, label, "") for key, label, _ in FORM_KEYS]
            entries += [("F1", "help", "help")]
        else:
            listed = [each for each in COMMANDS if each.is_in_footer and each.where is Where.EXPERIMENTS]
            entries += [(each.shown, each.label, each.action) for each in listed] + [("?", "help", "help")]
        self.update(_line([*entries, ("^P", "palette", "palette"), ("^Q", "quit", "quit")], self.size.width))


def _line(entries: Sequence[tuple[str, str, str]], width: int) -> Content:
    """All entries; labels of the last ones are left out where there is no room for them."""
    labels = [label for _, label, _ in entries]
    keys = [key for key, _, _ in entries]
    for place in range(len(entries) - 1, 0, -1):
        if sum(len(key) + len(label) + 2 + bool(label) for key, label in zip(keys, labels, strict=True)) <= width:
            break
        labels[place] = ""
    parts: list[Content] = []
    for (key, _, action), label in zip(entries, labels, strict=True):
        style = Style.from_meta({"@click": f"screen.{action}"}) if action else Style()
        words = Content.assemble((key, "bold $accent"), f" {label}" if label else "")
        parts += [words.stylize(style), Content("  ")]
    return Content("").join(parts)
