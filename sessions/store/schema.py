"""Which form the stored documents have, and how an older form becomes the present one.

Every record carries its version. Older documents are brought up on reading; the file itself is rewritten, and the old
one kept, when the store is opened for writing. Newer ones are read as they are and never written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sessions.store.values import Document

__all__ = ["CURRENT", "Schema", "Step"]

Step = Callable[[str, Document], Document]
"""(table, document of version v) -> document of version v + 1. Keeps the fields it does not know."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The version that is written, and the steps that lead to it."""

    version: int = 1
    steps: Mapping[int, Step] = field(default_factory=dict)
    """From version v to v + 1, by v; a version without a step needs no change."""

    def upgrade(self, table: str, document: Document, version: int) -> Document:
        """The document in the present form."""
        for each in range(version, self.version):
            step = self.steps.get(each)
            document = document if step is None else step(table, document)
        return document


CURRENT = Schema()
