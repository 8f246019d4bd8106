"""`tunedeck new`: a session on a data set."""

import shlex
from argparse import Namespace

from engine.errors import UsageError
from sessions.creating import DataChoice, create_session
from sessions.presenting import session_view
from tui.commands.arguments import COMMANDS
from tui.commands.output import print_json, print_line
from tui.commands.reading import fractions, whole_number

__all__ = ["new"]


def new(asked: Namespace) -> int:
    """Make the session and say what is in it."""
    if asked.session in COMMANDS:
        raise UsageError(
            f"The session name {asked.session!r} is not allowed: `tunedeck {asked.session}` is a command, "
            "which could not open it; choose another one."
        )
    choice = DataChoice(
        source=asked.data,
        target=asked.target,
        task=asked.task,
        split=fractions(asked.split),
        scale=asked.scale,
        missing=asked.missing,
        score=asked.score,
        positive=asked.positive,
        seed=whole_number("--seed", asked.seed, 0, 2**32 - 1),
    )
    info = create_session(asked.root, asked.session, choice)
    if asked.json:
        print_json(session_view(info, (), None))
        return 0
    classes = f", {len(info.classes)} classes" if info.classes else ""
    test = f"{info.test_rows} test (sealed)" if info.test_rows else "no test rows"
    print_line(f"{info.name}: {info.task.value} on {info.source}, {info.features} features{classes}")
    print_line(f"{info.train_rows} training rows, {info.validation_rows} validation, {test}")
    for note in info.notes:
        print_line(f"  {note}")
    word = shlex.quote(info.name)
    print_line(f"`tunedeck {word}` opens it, `tunedeck run {word}` trains.")
    return 0
