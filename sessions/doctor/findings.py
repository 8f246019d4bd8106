"""One thing the doctor saw, and how grave it is."""

from dataclasses import dataclass
from enum import Enum

from sessions.documents import Document

__all__ = ["Finding", "Severity", "fine", "note", "wrong"]


class Severity(Enum):
    """How grave a finding is."""

    FINE = "fine"
    """As it should be."""
    NOTE = "note"
    """Worth knowing; nothing is lost or at risk."""
    WRONG = "wrong"
    """Something is lost, at risk, or does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, in one sentence, and what to do."""

    severity: Severity
    where: str
    """Name of the session, or `terminal`, or `machine`."""
    text: str
    remedy: str = ""
    """What to do; empty if nothing needs to be done."""

    def to_document(self) -> Document:
        """As `--json` gives it."""
        return {"severity": self.severity.value, "where": self.where, "text": self.text, "remedy": self.remedy or None}


def fine(where: str, text: str) -> Finding:
    """As it should be."""
    return Finding(Severity.FINE, where, text)


def note(where: str, text: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Severity.NOTE, where, text, remedy)


def wrong(where: str, text: str, remedy: str) -> Finding:
    """To be mended."""
    return Finding(Severity.WRONG, where, text, remedy)
