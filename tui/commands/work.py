"""`tunedeck stop`, `pause` and `resume`: what happens to experiments that are not over."""

import time
from argparse import Namespace
from collections.abc import Callable, Sequence

from sessions.presenting import experiment_view
from sessions.records import Experiment, State
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line, say
from tui.commands.reading import experiment_number, open_workbench
from tui.commands.wording import one_line

__all__ = ["pause", "resume", "stop"]

PATIENCE_S = 5.0
LOOK_EVERY_S = 0.02

_HALTED = (State.PAUSED,)


def stop(asked: Namespace) -> int:
    """End them; best parameters and curve are kept."""
    return _ask(asked, Workbench.stop, lambda state: state.is_over)


def pause(asked: Namespace) -> int:
    """Halt them where they are."""
    return _ask(asked, Workbench.pause, lambda state: state.is_over or state in _HALTED)


def resume(asked: Namespace) -> int:
    """Let them go on; with no number, those that are paused or interrupted."""
    return _ask(asked, Workbench.resume, lambda state: state not in _HALTED, (State.PAUSED, State.INTERRUPTED))


def _ask(
    asked: Namespace,
    act: Callable[[Workbench, Sequence[int]], None],
    is_done: Callable[[State], bool],
    default: Sequence[State] = (State.QUEUED, State.RUNNING, State.PAUSED),
) -> int:
    workbench = open_workbench(asked)
    numbers = [experiment_number(text) for text in asked.experiments]
    if not numbers:
        numbers = [each.number for each in workbench.poll().experiments if each.state in default]
    for number in numbers:
        workbench.experiment(number)
    act(workbench, numbers)
    experiments = _until(workbench, numbers, is_done)
    if asked.json:
        print_json([experiment_view(each, workbench.info) for each in experiments])
        return 0
    for each in experiments:
        print_line(one_line(each, workbench.info))
    if not experiments:
        say("There is nothing to do: no experiment is in that state.")
    return 0


def _until(workbench: Workbench, numbers: Sequence[int], is_done: Callable[[State], bool]) -> list[Experiment]:
    """Wait a little for the request to take effect, so that what is printed is so."""
    until = time.monotonic() + PATIENCE_S
    while True:
        experiments = [workbench.experiment(number) for number in numbers]
        if all(is_done(each.state) for each in experiments) or time.monotonic() > until:
            return experiments
        time.sleep(LOOK_EVERY_S)
