"""Collects what is wrong with a history file while it is read, and words it once the context is known.

Bad bytes alone do not tell whether something is missing: the record behind them does, or the writers' mark.
"""

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sessions.store.damage import Damage, DamageKind
from sessions.store.line import named_documents
from sessions.store.lock import Mark
from sessions.store.state import Place

__all__ = ["Findings"]

_TOLD = 100
"""Findings kept; a file with more of them is told by its first ones."""


class Findings:
    """The findings of one reading of the file, from its start."""

    def __init__(self) -> None:
        self._found: list[Damage] = []
        self._bad = bytearray()
        self._bad_offset = 0

    def note_bad(self, offset: int, line: bytes) -> None:
        """A line that no intact record was written as."""
        if not self._bad:
            self._bad_offset = offset
        self._bad += line + b"\n"

    def note_record(self, place: Place, offset: int, number: int, last: int) -> None:
        """An intact record at `offset`, where `last` was the highest number before it (0: it is the first)."""
        if place is Place.NEXT and not self._bad:
            return
        is_jump = place is Place.JUMP
        missing = (last + 1, number - 1) if is_jump and 0 < last < number - 1 else (0, 0)
        if self._bad:
            self._note_stretch(DamageKind.TORN if place is Place.NEXT else DamageKind.LOST, missing)
        elif is_jump:
            self._note(Damage(DamageKind.MISSING, offset, 0, *missing))
        if place is Place.BRANCH:
            self._note(Damage(DamageKind.BRANCHED, offset, 0))
        elif place is Place.REPEAT:
            self._note(Damage(DamageKind.REPEATED, offset, 0))

    def note_end(self, offset: int, torn: bytes, last: int, mark: Mark, is_ours: bool) -> None:
        """The file ends at `offset` after record `last`, with an unfinished line `torn` that no one is writing."""
        if torn:
            self.note_bad(offset, torn)
        missing = (last + 1, mark.number) if mark.number > last else (0, 0)
        if self._bad:
            if not (is_ours or last or mark.number):
                kind = DamageKind.FOREIGN
            else:
                kind = DamageKind.TORN if mark.number == last else DamageKind.LOST
            self._note_stretch(kind, missing)
        elif mark.number > last:
            self._note(Damage(DamageKind.SHORTER, offset, 0, *missing))

    def _note_stretch(self, kind: DamageKind, missing: tuple[int, int]) -> None:
        bad = bytes(self._bad)
        documents = () if kind is DamageKind.TORN else named_documents(bad)
        self._note(Damage(kind, self._bad_offset, len(bad) - 1, *missing, documents, zlib.crc32(bad)))
        self._bad.clear()

    def _note(self, damage: Damage) -> None:
        if len(self._found) < _TOLD:
            self._found.append(damage)

    def conclude(self, put_aside: Callable[[int], Path | None]) -> tuple[Damage, ...]:
        """All findings, with the copy of the file that `put_aside` made under their common fingerprint."""
        if not self._found:
            return ()
        places = ",".join(f"{each.offset}:{each.fingerprint}" for each in self._found)
        copy = put_aside(zlib.crc32(places.encode()))
        return tuple(replace(each, copy=copy) for each in self._found)
