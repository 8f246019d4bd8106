"""Opening a session that cannot be opened: the dashboard leaves with the reason."""

from engine.errors import TunedeckError, WorkError
from tui.app import TunedeckApp
from tui.workbench import Workbench


async def opened(error: Exception) -> TunedeckError | None:
    def refuse() -> Workbench:
        raise error

    app = TunedeckApp(refuse, session="digits")
    async with app.run_test(size=(80, 24)) as pilot:
        while app.return_value is None:
            await pilot.pause()
    return app.return_value


async def test_the_reason_is_handed_on() -> None:
    reason = WorkError("The disk is full.")
    assert await opened(reason) is reason


async def test_a_fault_of_ours_becomes_a_sentence() -> None:
    failure = await opened(KeyError("x"))
    assert failure is not None
    assert "KeyError" in str(failure)
