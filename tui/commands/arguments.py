"""The command line's grammar: which commands there are and what they take."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import UsageError
from engine.hyperparameters import declarations
from sessions.paths import default_root, find_session

__all__ = ["COMMANDS", "parse"]

Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` shows what is allowed.")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from sessions.versions import TUNEDECK

        sys.stdout.write(f"tunedeck {TUNEDECK}\n")
        parser.exit()


def parse(words: Sequence[str]) -> argparse.Namespace:
    """What was asked: the namespace's `command` carries it out. Raises UsageError; `--help` exits."""
    parser = _build()
    first = next((word for word in _without_root(words) if not word.startswith("-")), None)
    if first is not None and first not in COMMANDS:
        words = [*words[: words.index(first)], "open", *words[words.index(first) :]]
    elif first is None and not {"-h", "--help", "--version"} & set(words):
        words = [*words, "open"]
    asked = parser.parse_args(words)
    asked.root = Path(asked.root).expanduser() if getattr(asked, "root", None) else default_root()
    return asked


def _without_root(words: Sequence[str]) -> list[str]:
    """The words without `--root DIR`, whose DIR must not be taken for a command."""
    kept, skip = [], False
    for word in words:
        if not skip and word != "--root":
            kept.append(word)
        skip = word == "--root"
    return kept


def _later(module: str, function: str) -> Command:
    """A command that is imported only when it is asked for."""

    def command(asked: argparse.Namespace) -> int:
        found: Command = getattr(import_module(f"tui.commands.{module}"), function)
        return found(asked)

    return command


def _training(command: Command) -> Command:
    """A command that will want the session's conductor, which loads while the command itself does."""

    def command_with_conductor(asked: argparse.Namespace) -> int:
        from sessions.background.starting import conductor_ahead

        if getattr(asked, "dry_run", False):
            return command(asked)
        with conductor_ahead(find_session(asked.root, asked.session)):
            return command(asked)

    return command_with_conductor


def _build() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--root", default=argparse.SUPPRESS, metavar="DIR", help="where sessions are kept")
    parser = _Parser(
        prog="tunedeck",
        description="Tune neural networks in the terminal. Without a command: open the dashboard.",
        epilog="tunedeck [SESSION] opens the dashboard on that session, or on the one used last.",
        parents=[common],
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    settable = "hyperparameters: " + ", ".join(entry.name for entry in declarations())
    for name, (sentence, arrange, command) in COMMANDS.items():
        epilog = settable if name in ("run", "sweep", "change") else None
        one = commands.add_parser(name, help=sentence, description=sentence, epilog=epilog, parents=[common])
        arrange(one)
        one.set_defaults(command=command)
    return parser


def _session(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", metavar="SESSION")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print exactly one JSON document on stdout")


def _open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", metavar="SESSION")


def _new(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("--data", required=True, metavar="SOURCE", help="a built-in name, a .csv/.tsv(.gz) or an .npz")
    parser.add_argument("--target", metavar="COLUMN", help="the column to predict; the last one if not given")
    parser.add_argument("--task", metavar="TASK", help="binary, multiclass or regression; by the target if not given")
    parser.add_argument("--split", default="0.6,0.2,0.2", metavar="A,B,C", help="train, validation, test fractions")
    parser.add_argument("--scale", default="standard", metavar="SCALE", help="standard, minmax or none")
    parser.add_argument("--missing", default="fill", metavar="HOW", help="fill or drop rows with missing values")
    parser.add_argument(
        "--score",
        metavar="NAME",
        help="chooses leader and winner: accuracy, balanced_accuracy, f1, roc_auc, log_loss, r2, mae or rmse",
    )
    parser.add_argument("--positive", metavar="CLASS", help="which of two classes f1 is about; the second by name")
    parser.add_argument("--seed", default="0", metavar="N", help="decides which rows go where")
    _json(parser)


def _run(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("-s", "--set", action="append", default=[], metavar="NAME=VALUE", help="one hyperparameter")
    parser.add_argument("--idea", default="", metavar="TEXT", help="why you try this")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG")
    parser.add_argument("--parent", metavar="EXPERIMENT", help="start from that experiment's hyperparameters")
    several = parser.add_mutually_exclusive_group()
    several.add_argument("--repeats", default="1", metavar="N", help="train with N seeds")
    several.add_argument("--folds", default="0", metavar="K", help="cross-validate with K folds")
    parser.add_argument("--initial-parameters", metavar="FILE.npz", help="start from W1, b1, … of that file")
    parser.add_argument("--detach", action="store_true", help="return when the experiment is durably queued")
    _json(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    _open(parser)
    parser.add_argument("--filter", default="", metavar="EXPR", help="words, or NAME=VALUE; all must match")
    parser.add_argument(
        "--sort", default="", metavar="KEY", help="score (the leader first), cost, seconds, id, a hyperparameter"
    )
    parser.add_argument("--limit", default="0", metavar="N", help="at most N: the newest, or the first as sorted")
    form = parser.add_mutually_exclusive_group()
    _json(form)  # type: ignore[arg-type]
    form.add_argument("--csv", action="store_true")


def _one(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("experiment", metavar="EXPERIMENT")


def _show(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("experiment", metavar="EXPERIMENT", help="its number, or sweep:N for a sweep as it stands")
    parser.add_argument("--curve", action="store_true", help="with its curve")
    parser.add_argument("--verify", action="store_true", help="train it again and compare every point")
    _json(parser)


def _note(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    parser.add_argument("--conclusion", metavar="TEXT", help="what came out of it")
    parser.add_argument("--idea", metavar="TEXT", help="why it was tried")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="added to its tags")
    _json(parser)


def _several(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument(
        "experiments",
        nargs="*",
        metavar="EXPERIMENT",
        help="numbers, or sweep:N for a whole sweep; all that are not over, if none is given",
    )
    _json(parser)


def _queue(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("--first", nargs="+", metavar="EXPERIMENT", help="take these next, in this order")
    parser.add_argument("--hold", nargs="+", metavar="EXPERIMENT", help="leave these waiting until they are released")
    parser.add_argument("--release", nargs="+", metavar="EXPERIMENT", help="let held ones be taken again")
    parser.add_argument("--workers", metavar="N", help="train N fits at once, from now on")
    _json(parser)


def _change(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    parser.add_argument("-s", "--set", action="append", default=[], metavar="NAME=VALUE", help="one hyperparameter")
    _json(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", metavar="SESSION", help="all of them, if none is given")
    parser.add_argument("--repair", action="store_true", help="mend what can be mended; what is replaced is kept")
    _json(parser)


def _diagnose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE.csv",
        help="columns epoch, train_cost, validation_cost; judged by its own first cost",
    )
    _json(parser)


def _compare(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("experiments", nargs="+", metavar="EXPERIMENT", help="2 to 8 of them")
    _json(parser)


def _final(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why the seal is broken now; kept for ever")
    _json(parser)


def _sweep(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    search = parser.add_argument_group("what is searched")
    search.add_argument(
        "--vary", action="append", default=[], metavar="NAME=RANGE", help="choices a|b|c, or A..B, log:A..B, lin:A..B:N"
    )
    search.add_argument("-s", "--set", action="append", default=[], metavar="NAME=VALUE", help="fix one hyperparameter")
    search.add_argument("--parent", metavar="EXPERIMENT", help="fix all others as in that experiment")
    search.add_argument("--preset", metavar="NAME", help="learning_rate, architecture or lr_range_test")
    search.add_argument("--sampler", metavar="NAME", help="grid, random, qmc, tpe (default) or cmaes")
    search.add_argument("--pruner", metavar="NAME", help="none (default), median, asha or hyperband")
    search.add_argument("--seed", metavar="N", help="decides what is proposed")
    search.add_argument("--idea", metavar="TEXT", help="why you search this")
    budget = parser.add_argument_group("how much")
    budget.add_argument("--trials", metavar="N", help="trainings of one configuration (default 60; a grid: all)")
    budget.add_argument("--epochs-budget", metavar="N", help="epochs of all trainings together")
    budget.add_argument("--minutes", metavar="M")
    budget.add_argument("--workers", metavar="N", help="trainings that run at once, from now on")
    budget.add_argument("--no-confirm", action="store_true", help="do not re-train the best with fresh seeds")
    several = budget.add_mutually_exclusive_group()
    several.add_argument("--repeats", metavar="N", help="train each configuration with N seeds")
    several.add_argument("--folds", metavar="K", help="cross-validate each configuration with K folds")
    later = parser.add_argument_group("steer a sweep that there is (the last one, or the one of --resume)")
    later.add_argument("--resume", metavar="ID", help="go on with sweep ID, or wait for it")
    later.add_argument("--add-trials", metavar="N", help="enlarge its budget")
    later.add_argument("--widen", action="append", default=[], metavar="NAME", help="widen a range at its best end")
    later.add_argument("--retry", action="store_true", help="train its failed and interrupted trials again")
    parser.add_argument("--dry-run", action="store_true", help="print the configurations, run nothing")
    parser.add_argument("--detach", action="store_true", help="do not wait")
    _json(parser)


def _predict(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    parser.add_argument("--data", required=True, metavar="FILE", help="rows with the same columns")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; CSV unless it ends in .json; else stdout")
    _json(parser)


def _report(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("-o", "--output", metavar="FILE.md", help="where to; stdout if not given")


def _export(parser: argparse.ArgumentParser) -> None:
    _session(parser)
    parser.add_argument("--format", choices=("csv", "json"), help="csv or json; by the ending of FILE, else csv")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; stdout if not given")


Arrange = Callable[[Any], None]

COMMANDS: dict[str, tuple[str, Arrange, Command]] = {
    "open": ("open the dashboard", _open, _later("dashboard", "open_dashboard")),
    "new": ("make a session on a data set", _new, _later("sessions", "new")),
    "run": ("train one configuration and keep it", _run, _training(_later("run", "run"))),
    "sweep": ("search for better hyperparameters", _sweep, _training(_later("sweeping", "sweep"))),
    "list": ("list sessions, or the experiments of one", _list, _later("listing", "list_")),
    "show": ("show one experiment", _show, _later("showing", "show")),
    "compare": ("compare experiments: what differs, and how sure", _compare, _later("comparing", "compare")),
    "final": ("score on the sealed test rows, entered in the ledger", _final, _later("finishing", "final")),
    "note": ("write down what was concluded", _note, _later("noting", "note")),
    "stop": ("stop training, keep what there is", _several, _later("work", "stop")),
    "pause": ("halt training where it is", _several, _later("work", "pause")),
    "resume": ("go on with what was paused or interrupted", _several, _later("work", "resume")),
    "diagnose": ("say what a curve from anywhere shows", _diagnose, _later("diagnosing", "diagnose_file")),
    "queue": ("show or rearrange what waits to be trained", _queue, _later("queueing", "queue")),
    "change": ("give a running experiment other values", _change, _later("queueing", "change")),
    "doctor": ("check sessions, terminal and machine", _doctor, _later("doctoring", "doctor")),
    "predict": ("apply a trained network to new rows", _predict, _later("predicting", "predict")),
    "report": ("tell a session's story in Markdown", _report, _later("exporting", "report")),
    "export": ("give all experiments as CSV or JSON", _export, _later("exporting", "export")),
}
