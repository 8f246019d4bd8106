"""`tunedeck queue` and `tunedeck change`: what is trained next, by how many, and with other values while it trains."""

from argparse import Namespace
from collections.abc import Sequence

from engine.declaration import format_value
from engine.errors import UsageError
from sessions.presenting import experiment_view
from sessions.records import Experiment
from sessions.requests import MOST_WORKERS
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line, say
from tui.commands.reading import changes, experiment_number, open_workbench, whole_number
from tui.commands.wording import settings_line

__all__ = ["change", "queue"]


def queue(asked: Namespace) -> int:
    """Rearrange it as asked, then list it."""
    workbench = open_workbench(asked)
    for numbers, act in (
        (asked.first, workbench.start_first),
        (asked.hold, workbench.hold),
        (asked.release, workbench.release),
    ):
        if numbers:
            act([experiment_number(text) for text in numbers])
    if asked.workers is not None:
        workbench.set_workers(whole_number("--workers", asked.workers, 1, MOST_WORKERS))
    waiting = workbench.queue()
    if asked.json:
        print_json({"workers": workbench.workers, "queue": [experiment_view(each, workbench.info) for each in waiting]})
    else:
        _print(workbench, waiting)
    return 0


def _print(workbench: Workbench, waiting: Sequence[Experiment]) -> None:
    plural = "" if workbench.workers == 1 else "s"
    for place, each in enumerate(waiting, 1):
        words = settings_line(each.hyperparameters) + (f"  “{each.idea}”" if each.idea else "")
        print_line(f"{'held' if each.held else place:>4}  #{each.number:<5} {words}")
    say(f"{len(waiting)} wait, {workbench.workers} worker{plural}.")


def change(asked: Namespace) -> int:
    """Durable on return; the fit takes it over within a moment."""
    if not asked.set:
        raise UsageError("Nothing to change: give -s NAME=VALUE, such as -s learning_rate=0.003.")
    workbench = open_workbench(asked)
    number = experiment_number(asked.experiment)
    known = len(workbench.experiment(number).changes)
    experiment = workbench.change(number, changes(asked.set))
    if asked.json:
        print_json(experiment_view(experiment, workbench.info))
        return 0
    for each in experiment.changes[known:]:
        print_line(f"#{number} {each.name} {format_value(each.before)} → {format_value(each.after)}")
    return 0
