"""Keys that arrive faster than they are handled: each takes effect before the next one finds its way."""

import asyncio
from contextlib import suppress
from typing import TypeVar

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.widget import Widget

__all__ = ["TypeAheadApp"]

_PATIENCE_S = 0.25
"""Longest wait for a key to take effect: a handler that hangs must not swallow the keyboard."""
_ROUNDS = 2
"""What a key does comes from its handler and then from the watchers that the handler woke."""

Result = TypeVar("Result")


class TypeAheadApp(App[Result]):
    """An app in which pasted, buffered and delayed keys go where they would have gone had they been typed slowly.

    Textual hands a key to whatever has the focus when the key is read, and looks for its binding only when the key has
    bubbled through the queue of every widget above; keys read meanwhile go to the old field, or overtake the binding.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last_target: Widget | None = None

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self._settle()
            self._last_target = self.focused
            if isinstance(event, events.Key) and await self._act(event):
                return
        await super().on_event(event)

    async def _act(self, event: events.Key) -> bool:
        """Follow the binding of a key that is not text where it would go. Whether there was one."""
        target = self.focused
        if target is not None and target.check_consume_key(event.key, event.character):
            return False
        return await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)

    async def _settle(self) -> None:
        """Wait until the last key has taken effect, from the widget that had it up to the screen."""
        target, screen = self._last_target, self.screen
        is_here = target is not None and target.is_attached and target.screen is screen
        pumps = [node for node in target.ancestors_with_self if node is not self] if target and is_here else [screen]
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                for pump in pumps:
                    for _ in range(_ROUNDS):
                        await _drain(pump)


async def _drain(pump: MessagePump) -> None:
    """Wait until a widget has handled all that it was sent."""
    if pump._closing or pump._closed:
        return
    is_idle = asyncio.Event()
    pump.call_next(is_idle.set)
    await is_idle.wait()
