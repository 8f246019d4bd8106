"""`tunedeck note`: what was concluded, meant, labelled."""

from argparse import Namespace

from engine.errors import UsageError
from sessions.presenting import experiment_view
from tui.commands.output import print_json, print_line
from tui.commands.reading import experiment_number, open_workbench, tags

__all__ = ["note"]


def note(asked: Namespace) -> int:
    """Durable on return."""
    if asked.conclusion is None and asked.idea is None and not asked.tag:
        raise UsageError("Nothing to note: give --conclusion TEXT, --idea TEXT or --tag TAG.")
    workbench = open_workbench(asked)
    number = experiment_number(asked.experiment)
    labels = [*workbench.experiment(number).tags, *tags(asked.tag)] if asked.tag else None
    workbench.note(number, conclusion=asked.conclusion, idea=asked.idea, tags=labels)
    if asked.json:
        print_json(experiment_view(workbench.experiment(number), workbench.info))
    else:
        print_line(f"#{number} noted.")
    return 0
