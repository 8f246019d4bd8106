"""The `tunedeck` command: reads the command line and hands over to one command, or opens the dashboard.

Imports Textual only for the dashboard. Every failure a person can cause ends in one sentence and an exit code.
"""

import os
import sys
from collections.abc import Sequence

from engine.errors import NotFoundError, TunedeckError, UsageError
from sessions.one_thread import keep_to_one_thread
from tui.commands.arguments import parse
from tui.commands.output import say

__all__ = ["main"]

DONE, FAILED, WRONG_USE, NOT_FOUND, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    keep_to_one_thread()
    try:
        asked = parse(sys.argv[1:] if arguments is None else arguments)
        code: int = asked.command(asked)
        sys.stdout.flush()
        return code
    except TunedeckError as error:
        say(str(error))
        return _code(error)
    except KeyboardInterrupt:
        say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; keep Python from complaining again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # a person must never meet a traceback; it is kept for whoever mends the fault
        say(f"Something went wrong inside tunedeck ({type(error).__name__}: {error}); {_keep_traceback()}")
        return FAILED


def _keep_traceback() -> str:
    """Write the traceback to a file; where it is, in words."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="tunedeck-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return f"nothing that was acknowledged is lost, and {file.name} tells where it happened."


def _code(error: TunedeckError) -> int:
    if isinstance(error, UsageError):
        return WRONG_USE
    return NOT_FOUND if isinstance(error, NotFoundError) else FAILED


if __name__ == "__main__":
    sys.exit(main())
