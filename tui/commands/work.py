"""`tunedeck stop`, `pause` and `resume`: what happens to experiments and sweeps that are not over.

A sweep is named as `sweep:3`, an experiment by its number; where nothing is named, all of both are meant.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Sequence

from sessions.presenting import experiment_view
from sessions.records import Experiment, State
from sessions.search.desk import SweepDesk
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line, say
from tui.commands.reading import experiment_number, open_workbench, whole_number
from tui.commands.sweep_wording import sweep_line
from tui.commands.wording import one_line

__all__ = ["pause", "resume", "stop"]

PATIENCE_S = 5.0
LOOK_EVERY_S = 0.02

_HALTED = (State.PAUSED,)
_UNDER_WAY = (State.QUEUED, State.RUNNING, State.PAUSED)


_OVER = tuple(state for state in State if state.is_over)


def stop(asked: Namespace) -> int:
    """End them; best parameters and curve are kept. 0 also for what is over: it does not train, as was asked."""
    _ask(asked, Workbench.stop, SweepDesk.stop, lambda state: state.is_over, _OVER)
    return 0


def pause(asked: Namespace) -> int:
    """Halt them where they are. 2 if all that were named are over."""
    return _ask(asked, Workbench.pause, SweepDesk.pause, lambda state: state.is_over or state in _HALTED, _OVER)


def resume(asked: Namespace) -> int:
    """Let them go on; with no number, those that are paused or interrupted, and sweeps that nobody steers.

    2 if all that were named have come to their end.
    """
    halted = (State.PAUSED, State.INTERRUPTED)
    sweeps = (*halted, State.RUNNING)
    ended = (State.FINISHED, State.PRUNED)
    return _ask(
        asked, Workbench.resume, SweepDesk.resume, lambda state: state not in _HALTED, ended, halted, sweeps,
        only_by_name=(State.STOPPED,),
    )  # fmt: skip


def _ask(
    asked: Namespace,
    act: Callable[[Workbench, Sequence[int]], None],
    act_on_sweep: Callable[[SweepDesk, int], None],
    is_done: Callable[[State], bool],
    in_vain: Sequence[State],
    default: Sequence[State] = _UNDER_WAY,
    default_of_sweeps: Sequence[State] = _UNDER_WAY,
    only_by_name: Sequence[State] = (),
) -> int:
    workbench = open_workbench(asked)
    desk = SweepDesk(workbench)
    sweeps, numbers = _named(asked.experiments)
    if not asked.experiments:
        sweeps = [each.number for each in desk.all() if each.state in default_of_sweeps]
    states = {f"#{number}": workbench.experiment(number).state for number in numbers}
    states |= {f"Sweep {sweep}": workbench.history.sweep(sweep).state for sweep in sweeps}
    vain = [f"{name} is {state.value}" for name, state in states.items() if state in in_vain]
    is_all_vain = len(vain) == len(states) > 0
    for sweep in sweeps:
        act_on_sweep(desk, sweep)
    if not asked.experiments:
        numbers = [each.number for each in workbench.poll().experiments if each.state in default]
    act(workbench, numbers)
    trials = [each.number for each in workbench.poll().experiments if each.sweep in sweeps]
    _until(workbench, trials, is_done)
    _until(workbench, numbers, is_done)
    experiments = [workbench.look(number)[0] for number in numbers]
    late = ", ".join(f"#{each.number}" for each in experiments if not is_done(each.state))
    if late:
        say(f"{late}: no answer yet; `tunedeck stop` ends a worker that gives no sign of life within half a minute.")
    for words in vain:
        say(f"{words}: {'nothing was done' if is_all_vain else 'it was left as it is'}.")
    code = 2 if is_all_vain else 0
    if asked.json:
        print_json([experiment_view(each, workbench.info) for each in experiments])
        return code
    for sweep in sweeps:
        print_line(sweep_line(desk.look(sweep), workbench.info))
    for each in experiments:
        print_line(one_line(each, workbench.info))
    if not experiments and not sweeps:
        stopped = [each.number for each in desk.all() if each.state in only_by_name]
        wanted = " or ".join(each.value for each in default)
        say(f"There is nothing to do: no experiment is {wanted}{_way_on(workbench, stopped)}.")
    return code


def _way_on(workbench: Workbench, stopped: Sequence[int]) -> str:
    """How the last of the sweeps that were stopped goes on; empty where there is none."""
    if not stopped:
        return ""
    command = f"tunedeck sweep {workbench.folder.word} --resume {stopped[-1]}"
    return f"; `{command}` goes on with sweep {stopped[-1]}, which was stopped"


def _named(words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Numbers of the sweeps and of the experiments, each once. Raises UsageError."""
    sweeps = [whole_number("Sweep", word.removeprefix("sweep:"), 1, 10**9) for word in words if _is_sweep(word)]
    numbers = [experiment_number(word) for word in words if not _is_sweep(word)]
    return list(dict.fromkeys(sweeps)), list(dict.fromkeys(numbers))


def _is_sweep(word: str) -> bool:
    return word.startswith("sweep:")


def _until(workbench: Workbench, numbers: Sequence[int], is_done: Callable[[State], bool]) -> list[Experiment]:
    """Wait a little for the request to take effect, so that what is printed is so."""
    until = time.monotonic() + PATIENCE_S
    while True:
        experiments = [workbench.experiment(number) for number in numbers]
        if all(is_done(each.state) for each in experiments) or time.monotonic() > until:
            return experiments
        time.sleep(LOOK_EVERY_S)
