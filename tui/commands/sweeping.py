"""`tunedeck sweep`: search a space of hyperparameters, wait with a progress display, or steer a sweep that runs."""

import math
import time
from argparse import Namespace
from collections.abc import Sequence
from typing import TypeVar

from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters
from engine.search.presets import architecture_sweep, learning_rate_sweep
from engine.search.pruning import Pruner
from engine.search.ranges import SHAPE_NAMES, Range
from engine.search.space import Space
from sessions.records import State
from sessions.search.desk import SweepDesk
from sessions.search.planning import draft_sweep
from sessions.search.presenting import preview_view, sweep_view
from sessions.search.records import Budget, Sampler, Sweep
from sessions.search.standing import SweepStanding
from sessions.surroundings import troubles
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line, say, show_progress, tell_once
from tui.commands.reading import open_workbench, parent_of, settings, whole_number
from tui.commands.sweep_options import NEW, STEERING, is_given, refuse
from tui.commands.sweep_wording import preview_lines, sweep_line, sweep_lines

__all__ = ["show_sweep", "sweep"]

LOOK_EVERY_S = 0.02
_IDLE = 19
"""Times as long as a look takes is waited for the next one: thousands of trials must not cost the workers a core."""
Choice = TypeVar("Choice", Sampler, Pruner)

_PRESETS = {"learning_rate": learning_rate_sweep, "architecture": architecture_sweep}
RANGE_TEST = "lr_range_test"
_REMEDIES = {"vary": ", or use --widen NAME", "trials": ", or use --add-trials N"}


def sweep(asked: Namespace) -> int:
    """0 when it is over, 1 when it failed, 130 when it was interrupted here."""
    workbench = open_workbench(asked)
    if asked.preset == RANGE_TEST:
        from tui.commands.range_testing import show_range_test

        return show_range_test(asked, workbench)
    desk = SweepDesk(workbench)
    is_about_workers = asked.workers is not None and not is_given(asked, NEW)
    if is_given(asked, STEERING) or is_about_workers:
        return _steer(asked, workbench, desk)
    return _begin(asked, workbench, desk)


def _begin(asked: Namespace, workbench: Workbench, desk: SweepDesk) -> int:
    workers = None if asked.workers is None else whole_number("--workers", asked.workers, 1, 256)
    draft = _draft(asked, workbench)
    shown = desk.preview(draft)
    if asked.dry_run:
        if asked.json:
            print_json(preview_view(draft, shown))
        else:
            for line in preview_lines(draft, shown, with_configurations=True):
                print_line(line)
        return 0
    if workers is not None:
        desk.set_workers(workers)
    for line in preview_lines(draft, shown):
        say(line)
    return _follow(asked, workbench, desk, desk.launch(draft))


def _draft(asked: Namespace, workbench: Workbench) -> Sweep:
    shape = [pair for pair in asked.set if "=" in pair and _pair(pair)[0] in SHAPE_NAMES]
    others = [pair for pair in asked.set if pair not in shape]
    base = settings(others, parent_of(asked, workbench)[1])
    is_preset = asked.preset is not None
    sampler = _choice("--sampler", asked.sampler or ("grid" if is_preset else "tpe"), Sampler)
    return draft_sweep(
        _with_fixed(_space(asked, base), shape),
        workbench.info,
        sampler=sampler,
        pruner=_choice("--pruner", asked.pruner or "none", Pruner),
        budget=_budget(asked),
        is_confirming=not asked.no_confirm,
        repeats=1 if asked.repeats is None else whole_number("--repeats", asked.repeats, 1, 100),
        folds=0 if asked.folds in (None, "0") else whole_number("--folds", asked.folds, 2, 1000),
        seed=0 if asked.seed is None else whole_number("--seed", asked.seed, 0, 2**32 - 1),
        idea=asked.idea or "",
    )


def _space(asked: Namespace, base: Hyperparameters) -> Space:
    if asked.preset is None:
        ranges = [_pair(text) for text in asked.vary]
        for name in {name for name, _ in ranges} & {text.partition("=")[0].strip() for text in asked.set}:
            raise UsageError(f"{name} is varied and given by -s as well: leave one of them out.")
        return Space.from_text(ranges, base)
    if asked.vary:
        raise UsageError("--preset brings its own ranges: leave --vary out.")
    if asked.preset not in _PRESETS:
        allowed = ", ".join([*_PRESETS, RANGE_TEST])
        raise UsageError(f"--preset {asked.preset!r} is not allowed: use one of {allowed}.")
    return _PRESETS[asked.preset](base)


def _with_fixed(space: Space, shape: Sequence[str]) -> Space:
    """`-s hidden_layers=1` and `-s units_per_layer=64` hold what other sweeps vary."""
    fixed = [Range(name, (SHAPE_NAMES[name].parse(value),)) for name, value in map(_pair, shape)]
    return Space((*space.ranges, *fixed), space.base).settled()


def _pair(text: str) -> tuple[str, str]:
    name, equals, values = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} is not a range: write NAME=RANGE, such as learning_rate=0.001..0.3.")
    return name.strip(), values


def _choice(option: str, word: str, choices: type[Choice]) -> Choice:
    try:
        return choices(word)
    except ValueError:
        allowed = ", ".join(each.value for each in choices)
        raise UsageError(f"{option} {word!r} is not allowed: use one of {allowed}.") from None


def _budget(asked: Namespace) -> Budget:
    return Budget(
        trials=None if asked.trials is None else whole_number("--trials", asked.trials, 1, 100_000),
        epochs=None if asked.epochs_budget is None else whole_number("--epochs-budget", asked.epochs_budget, 1, 10**9),
        minutes=None if asked.minutes is None else _minutes(asked.minutes),
    )


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not 0 < minutes <= 100_000:
        raise UsageError(f"--minutes {text!r} is not allowed: use a number above 0 and at most 100000.")
    return minutes


def _steer(asked: Namespace, workbench: Workbench, desk: SweepDesk) -> int:
    """Act on a sweep that there is: the one named by --resume, else the last one."""
    refuse(asked, NEW, "is for a new sweep: leave it out to go on with one", _REMEDIES)
    number = _which(asked, desk)
    workbench.history.sweep(number)  # it must be there before anything is changed
    workers = None if asked.workers is None else whole_number("--workers", asked.workers, 1, 256)
    trials = None if asked.add_trials is None else whole_number("--add-trials", asked.add_trials, 1, 100_000)
    with workbench.history.group():  # what is refused changes nothing
        widened = {name: desk.widen(number, name) for name in asked.widen}
        if trials is not None:
            desk.add_trials(number, trials)
    for name, words in widened.items():
        say(f"{name} now varies over {words}.")
    if workers is not None:
        desk.set_workers(workers)
    if asked.retry:
        if not desk.retry(number):
            say(f"Sweep {number} has no failed or interrupted trial: none is trained again.")
    elif asked.resume is not None and trials is None:
        desk.resume(number)
    return _follow(asked, workbench, desk, number)


def _which(asked: Namespace, desk: SweepDesk) -> int:
    if asked.resume is not None:
        return whole_number("Sweep", asked.resume.removeprefix("sweep:"), 1, 10**9)
    sweeps = desk.all()
    return sweeps[-1].number if sweeps else 1


def show_sweep(asked: Namespace, workbench: Workbench) -> int:
    """A sweep as it stands, for `tunedeck show SESSION sweep:N`: nothing is waited for or changed."""
    standing = SweepDesk(workbench).look(whole_number("Sweep", asked.experiment.removeprefix("sweep:"), 1, 10**9))
    _tell(asked, workbench, standing)
    return 0


def _tell(asked: Namespace, workbench: Workbench, standing: SweepStanding) -> None:
    ledger = workbench.tell().looks
    if asked.json:
        print_json(sweep_view(standing, workbench.info, ledger))
    else:
        _print(sweep_lines(standing, workbench.info, workbench.folder.word, ledger))


def _follow(asked: Namespace, workbench: Workbench, desk: SweepDesk, number: int) -> int:
    is_interrupted = False if asked.detach else _wait(workbench, desk, number)
    standing = desk.look(number)
    _tell(asked, workbench, standing)
    if is_interrupted:
        return 130
    return 1 if standing.sweep.state is State.FAILED else 0


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        print_line(line)


def _wait(workbench: Workbench, desk: SweepDesk, number: int) -> bool:
    """Until the sweep is over or paused, and its winner drawn up. True if ctrl+c stopped it."""
    is_interrupted = False
    told: set[str] = set()
    while True:
        try:
            began = time.monotonic()
            tell_once(troubles(workbench.folder, conductor_alive=True), told)
            standing = desk.look(number)
            is_last = standing.sweep.is_settled or standing.sweep.state is State.PAUSED
            show_progress(sweep_line(standing, workbench.info), is_last=is_last)
            if is_last:
                return is_interrupted
            workbench.keep_going()
            _rest(workbench, number, began)
        except KeyboardInterrupt:
            if is_interrupted:
                raise
            is_interrupted = True
            say(f"Stopping sweep {number}; what its trials have is kept.")
            desk.stop(number)


def _rest(workbench: Workbench, number: int, began: float) -> None:
    """Until the next look is due after the one that began then, or the winner is drawn up: that is seen at once."""
    until = time.monotonic() + _IDLE * (time.monotonic() - began)
    time.sleep(LOOK_EVERY_S)
    while time.monotonic() < until and not workbench.history.sweep(number).ended:
        time.sleep(LOOK_EVERY_S)
