"""`tunedeck report` and `tunedeck export`: a session as a story to read, and as data for other programs."""

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from tui.commands.listing import experiments_csv, experiments_json
from tui.commands.output import say
from tui.commands.reading import open_workbench

__all__ = ["export", "report"]


def report(asked: Namespace) -> int:
    """The story of a session in Markdown, on stdout or in a file."""
    from sessions.reporting import report as tell

    _hand_over(tell(open_workbench(asked).poll(), datetime.now(UTC)), asked.output)
    return 0


def export(asked: Namespace) -> int:
    """All experiments as CSV or JSON, on stdout or in a file; a file that ends in .json gets JSON."""
    snapshot = open_workbench(asked).poll()
    by_name = "json" if (asked.output or "").lower().endswith(".json") else "csv"
    if (asked.format or by_name) == "json":
        text = experiments_json(snapshot.experiments, snapshot.info)
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
