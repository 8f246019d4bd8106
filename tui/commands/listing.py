"""`tunedeck list`: the sessions below ROOT, or the experiments of one session."""

import csv
import io
import math
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from engine.declaration import format_value
from engine.errors import UsageError, WorkError
from engine.hyperparameters import declarations
from sessions.documents import Document
from sessions.history import History
from sessions.leading import best_first, counted, is_sure, leader
from sessions.paths import SessionFolder, list_sessions
from sessions.presenting import experiment_in_session_view, session_view
from sessions.records import Experiment, Look, SessionInfo
from sessions.search.winners import looks_in_session
from tui.columns import state_word
from tui.commands.output import json_text, print_json, print_line, say
from tui.commands.reading import open_workbench, whole_number
from tui.commands.wording import looks_line, settings_line
from tui.filter import compile_filter, mistake_in
from tui.text import clean, figure, score, spent

__all__ = ["experiments_csv", "experiments_json", "list_"]


def list_(asked: Namespace) -> int:
    """A table, JSON or CSV on stdout."""
    if asked.session is None:
        return _list_sessions(asked)
    workbench = open_workbench(asked)
    info = workbench.info
    snapshot = workbench.tell()
    known = snapshot.experiments
    experiments = _chosen(asked, known)
    if asked.json:
        sys.stdout.write(experiments_json(experiments, info, looks_in_session(known), snapshot.looks))
    elif asked.csv:
        sys.stdout.write(experiments_csv(experiments))
    else:
        _print_table(experiments, info, leader(known))
        if doubtful := [each for each in experiments if _is_doubtful(each)]:
            say(_doubt_words(doubtful))
        if not experiments:
            say("No experiment matches." if known else "There are no experiments yet.")
        if looks_in_session(known):
            say(f"{looks_line(known, info)}.")
    return 0


def _list_sessions(asked: Namespace) -> int:
    given = [f"--{name}" for name in ("filter", "sort", "csv") if getattr(asked, name)]
    if given or asked.limit != "0":
        words = ", ".join(given or ["--limit"])
        raise UsageError(f"{words} is about the experiments of one session: name it, as in `tunedeck list SESSION`.")
    views = []
    for folder in list_sessions(asked.root):
        try:
            views.append(_session_view(folder))
        except WorkError as error:  # the others are there all the same
            say(str(error))
    if asked.json:
        print_json(views)
        return 0
    for view in views:
        print_line(f"{view['name']:<20} {view['task']:<11} {view['experiments']:>6} experiments  {_best(view)}")
    if not views:
        say("There are no sessions yet; `tunedeck new NAME --data digits` makes one.")
    return 0


def _session_view(folder: SessionFolder) -> Document:
    history = History.open(folder)
    try:
        history.refresh()
        experiments = history.experiments()
        return session_view(history.info, experiments, leader(experiments))
    finally:
        history.close()


def _best(view: Document) -> str:
    """The leader with the figure it leads by."""
    lead = view["best"]
    figures = lead and (lead["confirmed"] or lead["best"])
    return f"best #{lead['id']} {view['score']} {score(figures['validation_score'])}" if figures else ""


def _chosen(asked: Namespace, experiments: Sequence[Experiment]) -> list[Experiment]:
    if mistake := mistake_in(asked.filter):
        raise UsageError(f"{mistake.what}: {mistake.remedy} (of state, verdict, tags, idea, conclusion).")
    keep = compile_filter(asked.filter)
    chosen = [each for each in experiments if keep is None or keep(each)]
    if asked.sort == "score":
        chosen = best_first(chosen)
    elif asked.sort:
        chosen.sort(key=_sort_key(asked.sort))
    limit = whole_number("--limit", asked.limit, 0, 10**9)
    if not limit:
        return chosen
    return chosen[:limit] if asked.sort else chosen[-limit:]


def _sort_key(name: str) -> Callable[[Experiment], tuple[bool, float | str]]:
    """Ascending, the cost by the figures that count; what has no value last."""

    def figure_of(experiment: Experiment) -> float | str:
        best = counted(experiment)
        match name:
            case "cost":
                return best.validation_cost if best else math.nan
            case "seconds":
                return experiment.seconds
            case "id":
                return float(experiment.number)
        value = getattr(experiment.hyperparameters, name)
        return float(value) if isinstance(value, (int, float)) else format_value(value)

    names = ["score", "cost", "seconds", "id", *(entry.name for entry in declarations())]
    if name not in names:
        raise UsageError(f"--sort {name!r} is not allowed: use one of {', '.join(names)}.")

    def key(experiment: Experiment) -> tuple[bool, float | str]:
        value = figure_of(experiment)
        is_missing = isinstance(value, float) and math.isnan(value)
        return is_missing, 0.0 if is_missing else value

    return key


def _print_table(experiments: Sequence[Experiment], info: SessionInfo, lead: Experiment | None) -> None:
    """The leader is marked ★, a figure that nothing repeated ?."""
    width = max(len(info.score_name), 7)
    print_line(f"{'#':>5}    {'state':<11} {'val cost':>9} {info.score_name:>{width}}   {'time':>6}  settings and idea")
    for each in experiments:
        best = counted(each)
        cost = figure(best.validation_cost) if best else "–"
        points = score(best.validation_score) if best else "–"
        words = settings_line(each.hyperparameters) + (f"  “{each.idea}”" if each.idea else "")
        star, mark = "★" if each is lead else " ", "?" if _is_doubtful(each) else " "
        print_line(
            f"{each.number:>5} {star} {state_word(each):<11} {cost:>9} {points:>{width}} {mark} "
            f"{spent(each.seconds):>6}  {words}"
        )


def _is_doubtful(experiment: Experiment) -> bool:
    """Whether it has a score that neither fresh fits nor repeats make sure."""
    best = counted(experiment)
    return best is not None and math.isfinite(best.validation_score) and not is_sure(experiment)


def _doubt_words(doubtful: Sequence[Experiment]) -> str:
    """What the scores rest on that are marked ?, and what that means for who leads."""
    counts = [len(each.first_fits) for each in doubtful]
    rests = ["one training"] if 1 in counts else []
    rests += ["the repeats or folds by which its sweep compared it"] if max(counts) > 1 else []
    return f"? rests on {' or on '.join(rests)}: what fresh fits or repeats made sure leads before it."


def experiments_json(
    experiments: Sequence[Experiment], info: SessionInfo, session_looks: int, ledger: Sequence[Look]
) -> str:
    """One JSON array of experiments without curves, on one line."""
    return json_text([experiment_in_session_view(each, info, session_looks, ledger) for each in experiments])


def experiments_csv(experiments: Sequence[Experiment]) -> str:
    """A header and one line an experiment; text is such that no terminal or spreadsheet acts on it."""
    names = [entry.name for entry in declarations()]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "state", "validation_cost", "validation_score", "seconds", *names, "idea", "conclusion"])
    for each in experiments:
        best = counted(each)
        figures = [_or_empty(value) for value in (best.validation_cost, best.validation_score)] if best else ["", ""]
        values = [format_value(getattr(each.hyperparameters, name)) for name in names]
        words = [_harmless(each.idea), _harmless(each.conclusion)]
        writer.writerow([each.number, each.state.value, *figures, each.seconds, *values, *words])
    return file.getvalue()


def _or_empty(value: float) -> float | str:
    """A figure; what there is none of is empty, as JSON gives null."""
    return value if math.isfinite(value) else ""


def _harmless(text: str) -> str:
    """Text that neither a terminal nor a spreadsheet acts on."""
    shown = clean(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
