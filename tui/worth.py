"""What an experiment is worth beyond its own figures: as a sweep's winner, and on the test rows. Pure."""

from textual.content import Content

from sessions.records import Experiment, Snapshot
from sessions.search.records import Outcome
from sessions.search.winners import looks_in_session, outcome_won_by, sense_now
from tui.text import clean, score

__all__ = ["sense_words", "short_worth", "worth_of"]


def worth_of(experiment: Experiment | None, snapshot: Snapshot) -> list[Content]:
    """Lines: looks at the test rows, promised and expected score, whether to go on; none for most experiments."""
    if experiment is None:
        return []
    outcome = outcome_won_by(experiment.number, snapshot.sweeps)
    in_session = 0 if outcome is None else looks_in_session(snapshot.experiments)
    looks = [each for each in snapshot.looks if each.experiment == experiment.number]
    lines = []
    if looks:
        last = looks[-1]
        test = f"test {score(last.score)} at look {last.number} of {len(snapshot.looks)}"
        promised = f" · {short_worth(outcome, in_session)}" if outcome is not None else f": {clean(last.reason)}"
        lines.append(Content.assemble((test, "$warning"), promised))
    elif outcome is not None:
        lines.append(Content.assemble(("★ ", "$accent"), short_worth(outcome, in_session)))
    if outcome is not None:
        lines.append(Content.styled(sense_words(outcome, in_session), "$quiet"))
    return lines


def sense_words(outcome: Outcome, in_session: int) -> str:
    """Why it is not confirmed, if so, and whether to go on."""
    return clean(f"{outcome.unconfirmed} {sense_now(outcome, in_session)}".strip())


def short_worth(outcome: Outcome, in_session: int) -> str:
    """Promised, expected, looks: in one line."""
    of_all = f" of {in_session}" if in_session > outcome.looks else ""
    promised, looks = f"promised {score(outcome.promised)}", f"{outcome.looks}{of_all} looks"
    if outcome.value is None or outcome.low is None or outcome.high is None:
        return f"{promised} · {looks}"
    return f"{promised} · expected {score(outcome.low)}…{score(outcome.high)} · {looks}"
