"""One line of the space: what may vary, the range typed for it, and the value it has while nothing is typed."""

from collections.abc import Sequence

from textual.binding import Binding

from engine.declaration import Declaration
from engine.search.ranges import proposed_range
from tui.keymap import PROPOSE_KEYS, FieldKey
from tui.sweeps.draft import range_text
from tui.widgets.field import Field, TextValue, numbers

__all__ = ["RangeField", "RangeValue"]


class RangeValue(TextValue):
    """A range as text; up proposes one, down takes it away."""

    BINDINGS = [
        Binding("up", "step(1)", "Propose a range", show=False),
        Binding("down", "step(-1)", "Fixed", show=False),
    ]
    _pattern = rf"\s*(?i:l(?:og?|in?)?)?{numbers(':|')}"
    """Also choices, points, and log: or lin: before them."""

    def __init__(self, entry: Declaration, text: str, fixed: str) -> None:
        super().__init__(entry, text)
        self.placeholder = fixed

    @property
    def field_keys(self) -> Sequence[FieldKey]:
        """The arrows."""
        return PROPOSE_KEYS

    def _free_cells(self) -> int:
        """A placeholder has no cell for the cursor behind it."""
        return super()._free_cells() if self.value else max(0, self.size.width - len(self.placeholder))

    def action_step(self, direction: int) -> None:
        """Put the proposed range in, or empty the field."""
        proposed = proposed_range(self._entry.name)
        if direction < 0:
            self.value = ""
        elif not self.value and proposed is not None:
            self.value = range_text(proposed)


class RangeField(Field):
    """Label and range of one hyperparameter."""

    def __init__(self, entry: Declaration, text: str, fixed: str) -> None:
        super().__init__(entry, text, RangeValue(entry, text, fixed))

    def set_fixed(self, fixed: str) -> None:
        """Show this value while nothing is typed."""
        if isinstance(self._editor, RangeValue):
            self._editor.placeholder = fixed
