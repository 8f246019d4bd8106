"""What the commands write to a terminal while they wait."""

import fcntl
import os
import pty
import struct
import termios
from contextlib import redirect_stderr

from tui.commands.output import show_progress


def written(text: str, *, is_last: bool = False) -> str:
    """What a terminal of 80 columns gets as the line of progress."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(inner, "w") as terminal, redirect_stderr(terminal):
        show_progress(text, is_last=is_last)
        shown = os.read(outer, 1000).decode()
    os.close(outer)
    return shown


def test_a_line_of_progress_never_wraps_since_only_one_line_is_overwritten() -> None:
    assert written("x" * 100).removeprefix("\r\x1b[2K") == "x" * 79 + "…"


def test_the_last_line_of_progress_is_shown_whole() -> None:
    assert written("x" * 100, is_last=True).count("x") == 100
