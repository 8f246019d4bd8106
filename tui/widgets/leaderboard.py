"""The leaderboard: the table of experiments, in which the arrows to the sides turn the slice."""

from textual.binding import Binding

from tui.widgets.experiments import Experiments

__all__ = ["Leaderboard"]


class Leaderboard(Experiments):
    """Trials of a sweep, best first."""

    STAYS_AT_THE_TOP = True

    BINDINGS = [
        Binding("left", "screen.turn(-1)", "Slice before", show=False),
        Binding("right", "screen.turn(1)", "Next slice", show=False),
    ]
