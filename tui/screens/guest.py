"""What the screens over the Deck share: its feed, its snapshots, and a way back."""

from sessions.records import Snapshot
from tui.feed import Feed
from tui.screens.base import BaseScreen

__all__ = ["Guest"]


class Guest(BaseScreen[int | None]):
    """A screen that is fed by the Deck; it ends with the number of an experiment to go to, or None."""

    wide = (150, 40)

    def __init__(self, feed: Feed, snapshot: Snapshot) -> None:
        super().__init__()
        self._feed = feed
        self._snapshot = snapshot
        self._watched: list[tuple[int, int]] = []

    @property
    def _session(self) -> str:
        """Its name, for commands."""
        return self._snapshot.info.name

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take in a new snapshot."""
        self._snapshot = snapshot
        self.show_news()

    def show_news(self) -> None:
        """Show what the snapshot says."""

    async def action_quit(self) -> None:
        """Leave the dashboard."""
        await self.app.run_action("quit")

    def action_back(self) -> None:
        """Back to the Deck."""
        self.dismiss(None)

    def _watch(self, fits: list[tuple[int, int]]) -> None:
        if fits != self._watched:
            self._watched = fits
            self._do(lambda: self._feed.ask(lambda each: each.watch(fits)))
