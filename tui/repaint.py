"""How little of a line must be painted again. Pure."""

from collections.abc import Sequence

__all__ = ["changed_span"]


def changed_span(before: Sequence[object], after: Sequence[object]) -> tuple[int, int]:
    """First changed place and the one behind the last; equal where nothing changed."""
    longest, shared = max(len(before), len(after)), min(len(before), len(after))
    first = next((place for place in range(shared) if before[place] != after[place]), shared)
    if len(before) != len(after):
        return first, longest
    last = next((place for place in range(shared - 1, first - 1, -1) if before[place] != after[place]), first - 1)
    return first, last + 1
