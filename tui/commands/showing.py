"""`tunedeck show`: everything about one experiment."""

import statistics
from argparse import Namespace
from collections.abc import Sequence

from engine.declaration import format_value
from engine.hyperparameters import declarations
from sessions.leading import counted_fits, rests_on
from sessions.presenting import curve_view, experiment_in_session_view
from sessions.records import Curve, Experiment, SessionInfo
from sessions.search.winners import looks_in_session, outcome_won_by
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line, say, tell_once
from tui.commands.reading import experiment_number, open_workbench
from tui.commands.sweep_wording import worth_lines
from tui.commands.wording import looks_line, outcome_lines, test_lines
from tui.text import figure, score

__all__ = ["show"]


def show(asked: Namespace) -> int:
    """On stdout, as text or JSON. With --verify: 0 if a replay is identical, 1 if it differs."""
    workbench = open_workbench(asked)
    if asked.experiment.startswith("sweep:"):
        from tui.commands.sweeping import show_sweep

        return show_sweep(asked, workbench)
    number = experiment_number(asked.experiment)
    experiment, curves = workbench.look(number)
    tell_once(workbench.poll().messages, set())
    if asked.curve:
        _tell_of_lost(workbench.folder.word, experiment, curves)
    differs, words = workbench.verify(number) if asked.verify else (False, "")
    if asked.json:
        snapshot = workbench.tell()
        looks = looks_in_session(snapshot.experiments)
        document = experiment_in_session_view(experiment, workbench.info, looks, snapshot.looks)
        document["events"] = [{"fit": fit, **event.to_document()} for fit, event in workbench.events(number)]
        if asked.curve:
            document["curve"] = curve_view(curves[0])
            document["curves"] = [curve_view(curve) for curve in curves]
        if asked.verify:
            document["verify"] = {"identical": not differs, "text": words}
        print_json(document)
    else:
        _print(workbench, experiment)
        if asked.curve:
            for fit, curve in zip(experiment.fits, curves, strict=True):
                if len(curve):
                    _print_curve(fit.number, curve)
        if asked.verify:
            print_line(words)
    return 1 if differs else 0


def _tell_of_lost(session: str, experiment: Experiment, curves: Sequence[Curve]) -> None:
    """Those of fits that have trained and left no point."""
    for fit, curve in zip(experiment.fits, curves, strict=True):
        if fit.epochs and not len(curve):
            which = f"fit {fit.number} of #{experiment.number}"
            say(f"The curve of {which} is lost: `tunedeck doctor {session}` tells more.")


def _print(workbench: Workbench, experiment: Experiment) -> None:
    for line in outcome_lines(experiment, workbench.info):
        print_line(line)
    for name, text in (("idea", experiment.idea), ("conclusion", experiment.conclusion)):
        if text:
            print_line(f"  {name}: {text}")
    for note in experiment.earlier:
        print_line(f"  {note.field} until {note.at:%Y-%m-%d %H:%M}, replaced by {note.by}: {note.text}")
    if experiment.tags:
        print_line(f"  tags: {', '.join(experiment.tags)}")
    for line in _worth_lines(workbench, experiment):
        print_line(f"  {line}")
    if experiment.n_parameters:
        print_line(f"  {experiment.n_parameters:,} parameters")
    for entry in declarations():
        if entry.applies(experiment.hyperparameters):
            print_line(f"  {entry.name:<16} {format_value(getattr(experiment.hyperparameters, entry.name))}")
    _print_events(workbench, experiment)
    for fit in experiment.fits:
        if not fit.curve_is_complete:
            print_line(f"  fit {fit.number}: its curve is incomplete, the disk did not take some of its points")
    _print_scores(experiment, workbench.info)
    if len(experiment.fits) > 1:
        _print_fits(experiment, workbench.info)


def _worth_lines(workbench: Workbench, experiment: Experiment) -> list[str]:
    """What a sweep that it won says of it; of any other, on how many rows it was compared; looks at the test rows."""
    snapshot = workbench.tell()
    info, looks = snapshot.info, looks_in_session(snapshot.experiments)
    outcome = outcome_won_by(experiment.number, snapshot.sweeps)
    seen = test_lines(experiment.number, info, snapshot.looks)
    if outcome is not None:
        return [*worth_lines(outcome, info, looks), *seen]
    return [*([looks_line(snapshot.experiments, info)] if experiment.best is not None and looks else []), *seen]


def _print_events(workbench: Workbench, experiment: Experiment) -> None:
    """Changes made in training: at which epoch each fit took them over."""
    taken = set()
    for fit, event in workbench.events(experiment.number):
        taken.add((event.name, event.after))
        values = f"{format_value(event.before)} → {format_value(event.after)}"
        print_line(f"  fit {fit}: {event.name} {values} in epoch {event.epoch}, after {event.iteration} updates")
    for each in experiment.changes:
        if (each.name, each.after) not in taken:
            print_line(f"  {each.name} {format_value(each.before)} → {format_value(each.after)}, not taken over yet")


def _print_scores(experiment: Experiment, info: SessionInfo) -> None:
    known = [fit.scores for fit in counted_fits(experiment) if fit.scores]
    mean = f" ({rests_on(experiment)})" if len(known) > 1 else ""
    for name in known[0] if known else ():
        value = statistics.fmean(scores[name] for scores in known)
        of = f" (of {info.positive})" if name == "f1" and info.positive is not None else ""
        print_line(f"  validation {name:<18} {figure(value, 4)}{of}{mean}")


def _print_fits(experiment: Experiment, info: SessionInfo) -> None:
    for fit in experiment.fits:
        what = f"seed {fit.seed}" if fit.fold is None else f"fold {fit.fold}"
        figures = f"validation cost {figure(fit.validation_cost)}, {info.score_name} {score(fit.validation_score)}"
        print_line(f"  fit {fit.number} ({what}) {fit.state.value}: {figures} at epoch {fit.best_epoch}")


def _print_curve(fit: int, curve: Curve) -> None:
    print_line(f"fit {fit}: epoch  train cost  validation cost  train score  validation score")
    columns = (curve.epoch, curve.train_cost, curve.validation_cost, curve.train_score, curve.validation_score)
    for epoch, train, validation, train_score, validation_score in zip(*columns, strict=True):
        costs = f"{train:>11.5g}  {validation:>15.5g}"
        print_line(f"       {epoch:>5}  {costs}  {score(train_score):>11}  {score(validation_score):>16}")
