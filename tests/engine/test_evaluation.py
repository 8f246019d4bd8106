"""Judging a head: cost and hits against plain probabilities, ties included, as often as the head is filled anew."""

import numpy as np
import pytest

from engine.arrays import run
from engine.evaluation import Judge
from engine.losses import Labels, head_calls, outputs
from engine.records import Task
from engine.scores import all_scores


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("logits", ["distinct", "tied", "all equal"])
def test_a_softmax_head_is_judged_as_its_probabilities_are(dtype: str, logits: str) -> None:
    draw = np.random.default_rng(0)
    head, y = np.empty((5, 300), dtype), draw.integers(0, 4, 300)
    judge = Judge(Task.MULTICLASS, head, Labels.of(Task.MULTICLASS, y), "accuracy")
    for _ in range(2):
        z = draw.standard_normal((4, 300))
        head[:-1] = {"distinct": z, "tied": z.round(), "all equal": np.zeros_like(z)}[logits]
        run(head_calls(Task.MULTICLASS, head, np.empty((4, 300), dtype)))
        expected = all_scores(Task.MULTICLASS, outputs(Task.MULTICLASS, head), y)
        found = judge.measure()
        assert found.score == expected["accuracy"]
        assert found.cost == pytest.approx(expected["log_loss"], rel=1e-6)


def test_rows_that_come_in_another_order_are_judged_by_their_own_labels_and_weights() -> None:
    draw = np.random.default_rng(0)
    z, y, weights = draw.standard_normal(90), draw.integers(0, 2, 90), draw.random(90)
    order = draw.permutation(90)
    judges = [Judge(Task.BINARY, head[None], Labels.of(Task.BINARY, y), "accuracy") for head in (z, z[order])]
    judges[0].weights = weights
    judges[1].labels, judges[1].weights = Labels.of(Task.BINARY, y[order]), weights[order]
    assert judges[0].measure() == pytest.approx(judges[1].measure())
