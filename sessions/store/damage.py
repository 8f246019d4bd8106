"""What is wrong with a history file, in words for the person, and the copy that is put aside.

Never changes the file itself.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sessions.store.disk import Disk, atomic_write
from sessions.store.errors import StoreError

__all__ = ["Damage", "DamageKind", "quarantine"]


class DamageKind(Enum):
    """What happened to a stretch of the file."""

    TORN = "an unfinished write"
    """Bytes of a write that was never acknowledged; nothing is missing."""
    LOST = "damaged records"
    """Bytes that cannot be read, and the records that are missing for it."""
    MISSING = "missing records"
    """The numbers jump: whole records are gone."""
    SHORTER = "a shortened file"
    """More was written once than the file holds now: it was cut, or replaced by an older copy."""
    BRANCHED = "two branches"
    """Two writers continued the same record: locks do not work here. Both are kept."""
    REPEATED = "a repeated record"
    """An old record stands there once more; it was not applied again."""
    FOREIGN = "a foreign file"
    """No record of ours is in it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One finding about the history file."""

    kind: DamageKind
    offset: int
    """Of the first byte concerned."""
    length: int
    """Bytes concerned; 0 where records are missing without a trace."""
    first: int = 0
    """Number of the first record that is missing; 0 if none is, or it is not known."""
    last: int = 0
    documents: tuple[str, ...] = ()
    """What the damaged bytes still name, as `table/id`: their last change may be lost."""
    fingerprint: int = 0
    """CRC-32 of the bytes concerned."""
    copy: Path | None = None
    """Where the damaged file was put aside; None if it was not."""

    @property
    def is_harmless(self) -> bool:
        """Nothing that was ever acknowledged is concerned."""
        return self.kind in (DamageKind.TORN, DamageKind.REPEATED)

    @property
    def sentence(self) -> str:
        """What is affected, and where the rest is."""
        where = f"{self.length} bytes at {self.offset}" if self.length else f"at byte {self.offset}"
        parts = [f"The history holds {self.kind.value} ({where})"]
        if self.first:
            some = f"record {self.first} is" if self.first == self.last else f"records {self.first} to {self.last} are"
            parts.append(f"{some} missing")
        elif self.kind is DamageKind.LOST:
            parts.append("the last change may be missing")
        if self.documents:
            more = f" and {len(self.documents) - 5} more" if len(self.documents) > 5 else ""
            parts.append(f"affected: {', '.join(self.documents[:5])}{more}")
        parts.append(_REMEDY.get(self.kind, "everything else is served"))
        if self.copy is not None:
            parts.append(f"a copy of the file as it was found is {self.copy}")
        return "; ".join(parts) + "."


_REMEDY = {
    DamageKind.TORN: "nothing acknowledged is missing",
    DamageKind.BRANCHED: "both are kept, but locks do not work on this file system: move the session to a local disk",
    DamageKind.FOREIGN: "nothing is written to it: move it away, or restore the history from archive/",
}


def quarantine(path: Path, folder: Path, fingerprint: int, disk: Disk) -> Path | None:
    """Copy the file, once for each fingerprint of its findings; None if it could not be copied."""
    copy = folder / f"{path.stem}-{fingerprint:08x}{path.suffix}"
    try:
        if not copy.exists():
            disk.make_folder(folder)
            atomic_write(copy, path.read_bytes(), disk)
    except (OSError, StoreError):
        return None
    return copy
