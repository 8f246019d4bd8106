"""`tunedeck report` and `tunedeck export`: a session as a story to read, and as data for other programs."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from sessions.records import SessionInfo
from sessions.search.winners import looks_in_session
from tui.commands.listing import experiments_csv, experiments_json
from tui.commands.output import say
from tui.commands.reading import file_format, open_workbench

__all__ = ["export", "report"]


def report(asked: Namespace) -> int:
    """The story of a session in Markdown, on stdout or in a file."""
    from sessions.reporting import report as tell

    snapshot = open_workbench(asked).tell()
    _hand_over(tell(snapshot, datetime.now(UTC)), asked.output, snapshot.info)
    return 0


def export(asked: Namespace) -> int:
    """All experiments as CSV or JSON, on stdout or in a file."""
    chosen = asked.format or file_format(asked.output)
    snapshot = open_workbench(asked).tell()
    if chosen == "json":
        looks = looks_in_session(snapshot.experiments)
        text = experiments_json(snapshot.experiments, snapshot.info, looks, snapshot.looks)
    else:
        text = experiments_csv(snapshot.experiments)
    _hand_over(text, asked.output, snapshot.info)
    return 0


def _hand_over(text: str, output: str | None, info: SessionInfo) -> None:
    """Raises UsageError if the file cannot be written, or must not be."""
    if output is None:
        sys.stdout.write(text)
        return
    from sessions.whole_file import refuse_precious, write_whole

    refuse_precious(Path(output), info.source)
    write_whole(Path(output), text)
    say(f"Written to {output}.")
