"""Turns the bytes of a history file into a state and findings, a block at a time.

Touches no file.
"""

from collections.abc import Sequence

from sessions.store.findings import Findings
from sessions.store.line import Record, decode_lines, is_intact, salvage
from sessions.store.state import Place, State

__all__ = ["Scan"]

_LINES = 256
"""Lines decoded at once: enough to be fast, few enough that other threads get their turn every few milliseconds."""
_OPENING = b'{"n":'


class Scan:
    """One reading of a file, which may go on as the file grows."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.findings = Findings()
        self.offset = 0
        """Where the first line starts that has not been taken."""
        self.rest = b""
        """That line, as far as it is there."""
        self.is_open = False
        """The last byte read was not a newline."""
        self.is_ours = True
        """The file begins like a history, or with zeros as a power cut may leave them."""

    @property
    def end(self) -> int:
        """Bytes read."""
        return self.offset + len(self.rest)

    def feed(self, data: bytes, *, is_following: bool) -> bool:
        """Take the bytes from `offset` on. When following, stop with False at the first that does not fit."""
        if self.offset == 0:
            start = data[: len(_OPENING)]
            self.is_ours = _OPENING.startswith(start) or not start.strip(b"\0")
        if data:
            self.is_open = not data.endswith(b"\n")
        lines = data.split(b"\n")
        self.rest = lines.pop()
        for first in range(0, len(lines), _LINES):
            if not self._take(lines[first : first + _LINES], is_following):
                return False
        return not is_intact(self.rest) or self._take_open_line(is_following)

    def _take_open_line(self, is_following: bool) -> bool:
        """A whole record that lacks only its newline is there; the offset stays before the newline to come."""
        line, self.rest = self.rest, b""
        is_taken = self._take([line], is_following)
        self.offset -= 1
        return is_taken

    def _take(self, lines: Sequence[bytes], is_following: bool) -> bool:
        for line, record in zip(lines, decode_lines(lines), strict=True):
            if record is not None:
                if not self._take_record(record, is_following):
                    return False
            elif line:
                if is_following:
                    return False
                self._take_damaged(line)
            self.offset += len(line) + 1
        return True

    def _take_record(self, record: Record, is_following: bool) -> bool:
        place = self.state.place(record)
        if place is not Place.NEXT and is_following:
            return False
        last = self.state.number
        if place is not Place.REPEAT:
            self.state.apply(record)
            if is_following:
                self.state.remember(record)
        self.findings.note_record(place, self.offset, record.number, last)
        return True

    def _take_damaged(self, line: bytes) -> None:
        self.findings.note_bad(self.offset, line)
        for record in decode_lines(salvage(line)):
            if record is not None:
                self._take_record(record, is_following=False)
