"""The dashboard in a real terminal that is closed, signalled or put to sleep: it ends clean, and training goes on."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from tests_support import wait_until

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.paths import SessionFolder
from sessions.records import State
from sessions.workbench import Workbench

LONG = Hyperparameters(epochs=1_000_000, hidden_units=(16,))
LEAVES_SCREEN, SHOWS_CURSOR, ENDS_MOUSE = b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"


class Terminal:
    """A pseudo-terminal with the dashboard in it, and everything that it was sent."""

    def __init__(self, root: Path, *, is_told: bool = True) -> None:
        """The kernel tells the dashboard by a signal when it goes, if `is_told`."""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self.sent = b""

        def take_terminal() -> None:
            os.setsid()
            if is_told:
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.main", "--root", str(root), "iris"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])},
            preexec_fn=take_terminal,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self.master, 65536)
            except OSError:
                return
            if not piece:
                return
            self.sent += piece

    def sees(self, text: str, start: int = 0) -> None:
        """Wait until it stands on the screen, drawn with what was sent from `start` on."""
        wait_until(lambda: any(text in line for line in _drawn(self.sent[start:])))

    def ends(self) -> int:
        """Wait for the end of the dashboard; its exit code."""
        wait_until(lambda: self.process.poll() is not None)
        return self.process.wait()

    def hang_up(self) -> None:
        """The window is closed: both ends go."""
        os.close(self._slave)
        self._slave = -1
        master, self.master = self.master, -1
        os.close(master)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fd in (self._slave, self.master):
            if fd >= 0:
                os.close(fd)

    @property
    def is_as_before(self) -> bool:
        """Whether the line settings (echo, line mode) are what they were."""
        return termios.tcgetattr(self._slave)[:6] == self.before[:6]


def _drawn(sent: bytes) -> list[str]:
    screen = pyte.Screen(80, 24)
    # Private sequences that pyte does not know would be drawn as text.
    pyte.ByteStream(screen).feed(re.sub(rb"\x1b\[[<>][\d;]*u", b"", sent))
    return list(screen.display)


@pytest.fixture
def bench(root: Path) -> Iterator[Workbench]:
    create_session(root, "iris", DataChoice(source="iris"))
    bench = Workbench(SessionFolder(root / "iris"))
    number = bench.run(LONG)
    wait_until(lambda: len(bench.look(number)[1][0]) > 3)
    yield bench
    bench.close()


@pytest.fixture
def terminal(root: Path, bench: Workbench) -> Iterator[Terminal]:
    terminal = Terminal(root)
    terminal.sees("▶   ")
    yield terminal
    terminal.close()


def goes_on(bench: Workbench) -> bool:
    seen = len(bench.look(1)[1][0])
    wait_until(lambda: len(bench.look(1)[1][0]) > seen)
    return bench.experiment(1).state is State.RUNNING


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signalled_dashboard_leaves_the_terminal_clean_and_training_goes_on(
    terminal: Terminal, bench: Workbench, number: signal.Signals
) -> None:
    terminal.process.send_signal(number)
    terminal.ends()
    wait_until(lambda: LEAVES_SCREEN in terminal.sent)
    assert SHOWS_CURSOR in terminal.sent
    assert ENDS_MOUSE in terminal.sent
    assert terminal.is_as_before
    assert b"Traceback" not in terminal.sent
    assert goes_on(bench)


def test_a_dashboard_whose_terminal_is_closed_ends_and_training_goes_on(terminal: Terminal, bench: Workbench) -> None:
    terminal.hang_up()
    terminal.ends()
    assert goes_on(bench)


def test_a_dashboard_that_is_not_told_of_its_terminals_end_notices(root: Path, bench: Workbench) -> None:
    with contextlib.closing(Terminal(root, is_told=False)) as terminal:
        terminal.sees("iris")
        terminal.hang_up()
        terminal.ends()


@pytest.mark.parametrize(
    ("keys", "field"), [(b"\t500", "500"), (b"\t\x15507\x7f1", "501"), (b"\t9\t\x1577\x1b[Z\x15600", "600")]
)
def test_keys_written_in_one_go_reach_the_fields_they_are_meant_for(
    terminal: Terminal, keys: bytes, field: str
) -> None:
    os.write(terminal.master, keys)
    wait_until(lambda: any("Epochs" in line[:28] and field in line[:28] for line in _drawn(terminal.sent)))
    assert any("Learning rate" in line and " 0.01 " in line[:28] for line in _drawn(terminal.sent))


def test_a_killed_dashboard_takes_nothing_with_it(terminal: Terminal, bench: Workbench) -> None:
    terminal.process.kill()
    terminal.ends()
    assert goes_on(bench)


def test_a_dashboard_that_sleeps_gives_the_terminal_back_and_draws_again_when_it_wakes(
    terminal: Terminal, bench: Workbench
) -> None:
    os.write(terminal.master, b"\x1a")
    wait_until(lambda: state_of(terminal.process.pid) == "T")
    wait_until(lambda: LEAVES_SCREEN in terminal.sent)
    assert goes_on(bench)
    drawn = len(terminal.sent)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.sees("Hyperparameters", drawn)
    terminal.sees("Experiments", drawn)
    terminal.sees("▶   ", drawn)
