"""What the tests of the dashboard share: an app on a session in memory, and waiting for what is on the screen."""

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tui.app import TunedeckApp

_FAKE = Path(__file__).with_name("fake_workbench.py")
_spec = importlib.util.spec_from_file_location("fake_workbench", _FAKE)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules.setdefault("fake_workbench", _module)
_spec.loader.exec_module(sys.modules["fake_workbench"])

from fake_workbench import FakeWorkbench  # noqa: E402

_TURNS = 400


class Deck:
    """The app on the screen, as a person sees and touches it."""

    def __init__(self, pilot: Pilot[None], workbench: FakeWorkbench) -> None:
        self.pilot = pilot
        self.workbench = workbench

    @property
    def screen(self) -> str:
        """The text on the screen, line by line."""
        strips = self.pilot.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def press(self, *keys: str) -> None:
        """Press keys, then let the app settle."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, is_true: Callable[[], bool]) -> None:
        """Wait for a condition; fails with the screen if it does not come true."""
        for _ in range(_TURNS):
            await self.pilot.pause()
            if is_true():
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"It did not come true on this screen:\n{self.screen}")

    async def sees(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in self.screen)


OpenDeck = Callable[..., AbstractAsyncContextManager[Deck]]


@pytest.fixture
def open_deck() -> OpenDeck:
    """Open the dashboard on a fake workbench: `async with open_deck(workbench, size=(80, 24)) as deck`."""

    @asynccontextmanager
    async def opened(workbench: FakeWorkbench, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Deck]:
        app = TunedeckApp(lambda: workbench, session="digits")
        async with app.run_test(size=size, notifications=True) as pilot:
            deck = Deck(pilot, workbench)
            if size >= (60, 16):
                await deck.sees("1,077 train")
            yield deck

    return opened
