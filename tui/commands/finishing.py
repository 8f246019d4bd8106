"""`tunedeck final`: score an experiment on the sealed test rows, dated in the ledger."""

from argparse import Namespace
from collections.abc import Sequence

from sessions.records import Look
from sessions.search.presenting import expected_view
from sessions.search.winners import held_against, outcome_won_by
from tui.commands.output import print_json, print_line, say
from tui.commands.reading import experiment_number, open_workbench
from tui.looks import held_words, promised_by, times
from tui.text import figure, score

__all__ = ["final"]


def final(asked: Namespace) -> int:
    """The score on stdout beside what was promised and expected; a later look says how many came before."""
    from sessions.finalizing import break_seal

    workbench = open_workbench(asked)
    experiment = workbench.experiment(experiment_number(asked.experiment))
    look = break_seal(workbench.history, experiment, asked.reason)
    outcome = outcome_won_by(look.experiment, workbench.poll().sweeps)
    promised, held = promised_by(experiment, outcome), held_against(outcome, look.score)
    earlier = _earlier([each for each in workbench.history.looks.all() if each.number < look.number], look)
    if asked.json:
        print_json(
            {
                "id": look.experiment,
                "score": look.score,
                "score_name": workbench.info.score_name,
                "cost": look.cost,
                "promised": promised,
                "expected": expected_view(outcome),
                "held": held and held.value,
                "scores": dict(look.scores),
                "look": look.number,
                "reason": look.reason,
                "fits": look.fits,
                "rows": workbench.info.test_rows,
                "created": look.created.isoformat(),
            }
        )
        if earlier:
            say(earlier)
        return 0
    trainings = f", mean of {look.fits} trainings" if look.fits > 1 else ""
    rows = f"{workbench.info.test_rows} test rows{trainings}"
    print_line(
        f"#{look.experiment}: {workbench.info.score_name} {score(look.score)}, cost {figure(look.cost)} on {rows}"
    )
    for line in held_words(promised, outcome, look.score):
        print_line(f"  {line}")
    print_line(f"  look {look.number}: {look.reason}")
    if earlier:
        print_line(f"  {earlier}")
    return 0


def _earlier(before: Sequence[Look], look: Look) -> str:
    """What a second look must hear."""
    if not before:
        return ""
    last = before[-1]
    return (
        f"The test rows have been looked at {times(len(before))} before, "
        f"last on {last.created:%Y-%m-%d} for #{last.experiment}: "
        "each look makes the next score look better than it is."
    )
