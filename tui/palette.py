"""The commands of the screen in the command palette."""

from collections.abc import Sequence

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.keymap import COMMANDS, Command

__all__ = ["DeckCommands"]


_THEME = Command("app.change_theme", "", "", "theme", "Change the colours.")


class DeckCommands(Provider):
    """Offers every command with its sentence."""

    async def discover(self) -> Hits:
        for each in self._commands():
            yield DiscoveryHit(each.label.capitalize(), self._runner(each.action), help=each.sentence)
        yield DiscoveryHit(_THEME.label.capitalize(), self._runner(_THEME.action), help=_THEME.sentence)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for each in (*self._commands(), _THEME):
            score = matcher.match(f"{each.label} {each.sentence}")
            if score > 0:
                name = each.label.capitalize()
                yield Hit(score, matcher.highlight(name), self._runner(each.action), text=name, help=each.sentence)

    def _commands(self) -> Sequence[Command]:
        """Of the screen the palette was opened on."""
        return getattr(self.screen, "commands", COMMANDS)

    def _runner(self, action: str) -> "_Runner":
        return _Runner(self, action)


class _Runner:
    """Runs one action of the screen the palette was opened on."""

    def __init__(self, provider: Provider, action: str) -> None:
        self._provider = provider
        self._action = action

    async def __call__(self) -> None:
        await self._provider.screen.run_action(self._action)
