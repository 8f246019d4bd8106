"""`tunedeck report` and `tunedeck export`: a session as a story to read, and as data for other programs."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from sessions.search.winners import looks_in_session
from tui.commands.listing import experiments_csv, experiments_json
from tui.commands.output import say
from tui.commands.reading import file_format, open_workbench

__all__ = ["export", "report"]


def report(asked: Namespace) -> int:
    """The story of a session in Markdown, on stdout or in a file."""
    from sessions.reporting import report as tell

    _hand_over(tell(open_workbench(asked).poll(), datetime.now(UTC)), asked.output)
    return 0


def export(asked: Namespace) -> int:
    """All experiments as CSV or JSON, on stdout or in a file."""
    chosen = asked.format or file_format(asked.output)
    snapshot = open_workbench(asked).poll()
    if chosen == "json":
        text = experiments_json(snapshot.experiments, snapshot.info, looks_in_session(snapshot.experiments))
    else:
        text = experiments_csv(snapshot.experiments)
    _hand_over(text, asked.output)
    return 0


def _hand_over(text: str, output: str | None) -> None:
    """Raises UsageError if the file cannot be written."""
    if output is None:
        sys.stdout.write(text)
        return
    from sessions.whole_file import write_whole

    write_whole(Path(output), text)
    say(f"Written to {output}.")
