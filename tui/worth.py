"""What an experiment is worth beyond its own figures: as a sweep's winner, and on the test rows. Pure."""

from textual.content import Content

from sessions.records import Experiment, Snapshot
from sessions.search.records import Outcome
from tui.selection import outcome_of
from tui.text import clean, score

__all__ = ["short_worth", "worth_of"]


def worth_of(experiment: Experiment | None, snapshot: Snapshot) -> list[Content]:
    """Lines: looks at the test rows, promised and expected score, whether to go on; none for most experiments."""
    if experiment is None:
        return []
    outcome = outcome_of(experiment.number, snapshot)
    looks = [each for each in snapshot.looks if each.experiment == experiment.number]
    lines = []
    if looks:
        last = looks[-1]
        test = f"test {score(last.score)} at look {last.number} of {len(snapshot.looks)}"
        promised = f" · {short_worth(outcome)}" if outcome is not None else f": {clean(last.reason)}"
        lines.append(Content.assemble((test, "$warning"), promised))
    elif outcome is not None:
        lines.append(Content.assemble(("★ ", "$accent"), short_worth(outcome)))
    if outcome is not None:
        lines.append(Content.styled(clean(outcome.sense), "$quiet"))
    return lines


def short_worth(outcome: Outcome) -> str:
    """Promised, expected, looks: in one line."""
    promised = f"promised {score(outcome.promised)}"
    if outcome.value is None or outcome.low is None or outcome.high is None:
        return f"{promised} · {outcome.looks} looks"
    return f"{promised} · expected {score(outcome.low)}…{score(outcome.high)} · {outcome.looks} looks"
