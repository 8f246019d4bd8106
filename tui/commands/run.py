"""`tunedeck run`: queue one experiment and, unless detached, wait for it with a progress display."""

import time
from argparse import Namespace
from pathlib import Path

from sessions.presenting import experiment_in_session_view
from sessions.records import Experiment, State
from sessions.search.winners import looks_in_session
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line, say, show_progress, tell_once
from tui.commands.reading import open_workbench, parent_of, settings, tags, whole_number
from tui.commands.wording import one_line, outcome_lines

__all__ = ["run"]

LOOK_EVERY_S = 0.1
CALM = 5.0
"""Rest so many times as long as a look took: following a curve of a million points must not cost a core."""


def run(asked: Namespace) -> int:
    """0 when it has finished, 1 when it failed, 130 when it was interrupted here."""
    workbench = open_workbench(asked)
    parent, base = parent_of(asked, workbench)
    number = workbench.run(
        settings(asked.set, base),
        idea=asked.idea,
        tags=tags(asked.tag),
        parent=parent,
        repeats=whole_number("--repeats", asked.repeats, 1, 1000),
        folds=_folds(asked.folds),
        initial_parameters=None if asked.initial_parameters is None else Path(asked.initial_parameters),
    )
    if asked.detach:
        return _detached(asked, workbench, number)
    is_interrupted = _wait(workbench, number)
    experiment = workbench.experiment(number)
    if asked.json:
        _print_json(workbench, experiment)
    else:
        for line in outcome_lines(experiment, workbench.info):
            print_line(line)
    if is_interrupted:
        return 130
    return 1 if experiment.state in (State.FAILED, State.INTERRUPTED) else 0


def _folds(text: str) -> int:
    return 0 if text == "0" else whole_number("--folds", text, 2, 1000)


def _detached(asked: Namespace, workbench: Workbench, number: int) -> int:
    experiment = workbench.experiment(number)
    if asked.json:
        _print_json(workbench, experiment)
    else:
        print_line(f"#{number} is queued; `tunedeck show {workbench.folder.word} {number}` tells how it goes.")
    return 0


def _print_json(workbench: Workbench, experiment: Experiment) -> None:
    snapshot = workbench.poll()
    looks = looks_in_session(snapshot.experiments)
    print_json(experiment_in_session_view(experiment, workbench.info, looks, snapshot.looks))


def _wait(workbench: Workbench, number: int) -> bool:
    """Until the experiment is over or paused. True if ctrl+c stopped it."""
    is_interrupted = False
    told: set[str] = set()
    while True:
        try:
            started = time.monotonic()
            experiment = _now(workbench, number)
            tell_once(workbench.poll().messages, told)
            show_progress(one_line(experiment, workbench.info))
            if experiment.state.is_over or experiment.state is State.PAUSED:
                show_progress(one_line(experiment, workbench.info), is_last=True)
                return is_interrupted
            workbench.keep_going()
            time.sleep(max(LOOK_EVERY_S, CALM * (time.monotonic() - started)))
        except KeyboardInterrupt:
            if is_interrupted:
                raise
            is_interrupted = True
            say(f"Stopping #{number}; its curve and best parameters are kept.")
            workbench.stop([number])


def _now(workbench: Workbench, number: int) -> Experiment:
    return next(each for each in reversed(workbench.poll().experiments) if each.number == number)
