"""Notes on an experiment: the last writer's text counts, and what it replaced stays in the experiment's own history."""

import getpass
import os
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sessions.records import EarlierNote, Experiment

__all__ = ["who_am_i", "with_notes"]


def with_notes(
    experiment: Experiment,
    *,
    idea: str | None,
    conclusion: str | None,
    tags: Sequence[str] | None,
    at: datetime,
    by: str,
) -> Experiment:
    """The experiment with these notes; None leaves a field as it is. `at` and `by` sign what is replaced."""
    after = replace(
        experiment,
        idea=experiment.idea if idea is None else idea,
        conclusion=experiment.conclusion if conclusion is None else conclusion,
        tags=experiment.tags if tags is None else tuple(dict.fromkeys(tags)),
    )
    pairs = (("idea", experiment.idea, after.idea), ("conclusion", experiment.conclusion, after.conclusion))
    replaced = tuple(EarlierNote(field, before, at, by) for field, before, text in pairs if before and before != text)
    return replace(after, earlier=experiment.earlier + replaced)


def who_am_i() -> str:
    """User, machine and process, such as `ada@desk/4711`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{platform.node()}/{os.getpid()}"
