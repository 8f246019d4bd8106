"""Two or more experiments beside each other: who is compared with whom, and what is said of all."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.hyperparameters import Hyperparameters
from sessions.comparing import Pairing, pair_up, verdict_on_all
from sessions.drafting import draft
from sessions.records import Best, Experiment, State

LEVEL = [0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97]
HIGHER = [score + 0.004 * (-1) ** place + 0.002 for place, score in enumerate(LEVEL)]
LOWER = [score - 0.2 - 0.01 * place for place, score in enumerate(LEVEL)]


def repeated(number: int, scores: Sequence[float], first_seed: int = 0) -> Experiment:
    made = draft(Hyperparameters(), repeats=len(scores))
    fits = tuple(
        replace(each, state=State.FINISHED, seed=first_seed + place, epochs=9, validation_score=score)
        for place, (each, score) in enumerate(zip(made.fits, scores, strict=True))
    )
    mean = sum(scores) / len(scores)
    return replace(made, number=number, state=State.FINISHED, fits=fits, best=Best(3, 1 - mean, mean))


def paired(*experiments: Experiment) -> list[Pairing]:
    return pair_up(experiments, np.random.default_rng(0))


def test_of_three_the_one_that_leads_is_compared_with_each_of_the_others_the_second_best_first() -> None:
    pairs = paired(repeated(1, LOWER), repeated(2, LEVEL), repeated(3, HIGHER))
    assert [(each.first, each.second) for each in pairs] == [(3, 2), (3, 1)]


def test_of_two_the_first_is_compared_with_the_second_as_they_were_named() -> None:
    [pair] = paired(repeated(1, LOWER), repeated(2, LEVEL))
    assert (pair.first, pair.second) == (1, 2)
    assert verdict_on_all([repeated(1, LOWER), repeated(2, LEVEL)], [pair], "accuracy") == ""


def test_one_sentence_says_which_differ_from_the_one_that_leads_and_how_often_a_test_errs() -> None:
    several = [repeated(1, LOWER), repeated(2, LEVEL), repeated(3, HIGHER), repeated(4, LEVEL, first_seed=50)]
    assert verdict_on_all(several, paired(*several), "accuracy") == (
        "#3 leads by accuracy; against it shown to be worse: #1; not shown to differ: #2; "
        "not to be tested for want of shared seeds: #4 "
        "(together they err at most once in 20, that the scores chose #3 counted in)."
    )


def test_among_experiments_that_are_alike_the_one_that_leads_is_seldom_shown_to_be_better() -> None:
    rng = np.random.default_rng(1)
    shown = 0
    for _ in range(40):
        alike = [repeated(number, rng.normal(0.9, 0.01, 10).tolist()) for number in range(1, 6)]
        shown += "worse" in verdict_on_all(alike, paired(*alike), "accuracy")
    assert shown <= 4


def test_a_remedy_for_want_of_shared_seeds_names_as_many_as_can_show_something() -> None:
    several = [repeated(1, LEVEL), repeated(2, LEVEL, first_seed=50), repeated(3, LEVEL, first_seed=90)]
    assert "--repeats 6," in paired(*several[:2])[0].text
    assert all("--repeats 7," in each.text for each in paired(*several))


def test_without_figures_nobody_is_said_to_lead() -> None:
    waiting = [replace(draft(Hyperparameters()), number=number) for number in (1, 2, 3)]
    assert verdict_on_all(waiting, paired(*waiting), "accuracy") == ""
