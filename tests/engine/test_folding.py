"""Momentum of large networks is folded into the products: what comes out is what the plain rule gives."""

from itertools import product

import numpy as np
import pytest

from engine import blas
from engine.crew import Crew
from engine.hyperparameters import Hyperparameters
from engine.population import Member, Population, State
from engine.records import Outcome, Progress, Task
from engine.training import train

BASE = Hyperparameters(hidden_units=(600, 130), epochs=3, batch_size=32, learning_rate=0.02, dtype="float64")
WIDE = BASE.replace(hidden_units=(2000,), learning_rate=0.001)
needs_blas = pytest.mark.skipif(not blas.is_available("float32"), reason="this build of NumPy hides its BLAS")


def folded_updates(monkeypatch) -> list[bool]:
    """Filled with whether an update was made without the weights' gradient."""
    seen: list[bool] = []
    original = Crew.update

    def update(crew: Crew, number: int, *, watched: bool) -> None:
        original(crew, number, watched=watched)
        seen.append(bool(crew.step(number).folded) and not watched)

    monkeypatch.setattr(Crew, "update", update)
    return seen


def plainly(monkeypatch, h: Hyperparameters, data) -> list[Progress]:
    with monkeypatch.context() as patch:
        patch.setattr(blas, "is_available", lambda dtype: False)
        seen = folded_updates(patch)
        records = list(train(h, data))
        assert seen
        assert not any(seen)
        return records


@needs_blas
@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "varied",
    [
        {}, {"l2": 0.01}, {"l1": 0.001}, {"dropout": 0.3}, {"schedule": "cosine", "warmup_epochs": 1},
        {"momentum": 0.0},
        {"activation": "gelu"}, {"batch_size": 30}, {"batch_size": 33}, {"class_weight": "balanced"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("base", [BASE, WIDE], ids=["deep", "wide"])
def test_a_large_network_learns_what_the_plain_rule_teaches(task, dtype, varied, base, make_data, monkeypatch) -> None:
    data, h = make_data(task, 130, 40, train=100), base.replace(dtype=dtype, **varied)
    expected = plainly(monkeypatch, h, data)
    seen = folded_updates(monkeypatch)
    found = list(train(h, data))
    assert sum(seen) == len(seen) - h.epochs
    for ours, theirs in zip(found, expected, strict=True):
        for name in ("train_cost", "validation_cost", "gradient_norm"):
            tolerance = 1e-9 if dtype == "float64" else 2e-3
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=tolerance, nan_ok=True)


@pytest.mark.parametrize("base", [BASE, WIDE], ids=["deep", "wide"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shared", [True, False], ids=["shared batches", "own batches"])
def test_a_member_has_the_curve_it_has_alone(base, dtype, shared, make_data) -> None:
    data = make_data(Task.MULTICLASS, 130, 40, train=100)
    members = [
        base.replace(learning_rate=0.01 * (k + 1), momentum=0.4 * k, l2=0.01 * k, dtype=dtype, seed=0 if shared else k)
        for k in range(3)
    ]
    together: list[list[str]] = [[] for _ in members]
    for member, progress in Population([Member(h, data) for h in members]).run():
        together[member].append(repr(progress))
    assert together == [[repr(progress) for progress in train(h, data)] for h in members]


def test_a_resumed_training_goes_on_bit_for_bit(make_data) -> None:
    data, states = make_data(Task.MULTICLASS, 130, 40, 100), list[State]()

    def pulse() -> None:
        if population.iteration == 6:
            states.append(population.state(0))
            population.leave(0)

    population = Population([Member(BASE, data)], pulse=pulse)
    before = [repr(progress) for _, progress in population.run()]
    after = [repr(progress) for _, progress in Population([Member(BASE, data)], states=states).run()]
    assert before + after == [repr(progress) for progress in train(BASE, data)]


def test_a_learning_rate_changed_between_two_updates_holds_from_the_next_epoch_on_as_with_small_networks(
    make_data, monkeypatch
) -> None:
    data = make_data(Task.MULTICLASS, 130, 40, 100)

    def changed() -> list[float]:
        def pulse() -> None:
            if population.iteration == 6:
                population.change(0, BASE.replace(learning_rate=0.001, momentum=0.5))

        population = Population([Member(BASE, data)], pulse=pulse)
        return [progress.train_cost for _, progress in population.run()]

    found = changed()
    monkeypatch.setattr(blas, "is_available", lambda dtype: False)
    assert found == pytest.approx(changed(), rel=1e-9)


@pytest.mark.parametrize("change", [{"clip_norm": 0.5}, {"l2": 0.01}, {"l1": 0.01}, {"dropout": 0.3}], ids=str)
@pytest.mark.parametrize("changed", [0, 1])
def test_what_is_changed_for_one_member_does_not_disturb_the_other(change, changed, make_data) -> None:
    data, members = make_data(Task.MULTICLASS, 130, 40, 100), [BASE, BASE.replace(seed=1, l2=0.001)]

    def curve(company: list[Hyperparameters], member: int, of: int | None) -> list[str]:
        def pulse() -> None:
            if of is not None and population.iteration == 6:
                population.change(of, company[of].replace(**change))

        population = Population([Member(h, data) for h in company], pulse=pulse)
        return [repr(progress) for row, progress in population.run() if row == member]

    assert curve(members, 1 - changed, changed) == curve([members[1 - changed]], 0, None)
    assert curve(members, changed, changed) == curve([members[changed]], 0, 0)


def test_with_all_rows_in_one_batch_every_update_is_plain(make_data, monkeypatch) -> None:
    seen = folded_updates(monkeypatch)
    list(train(BASE.replace(batch_size=0), make_data(Task.BINARY, 130, 40, 100)))
    assert seen
    assert not any(seen)


def test_where_a_diverging_network_left_the_finite_numbers_is_found(make_data, monkeypatch) -> None:
    data, h = make_data(Task.REGRESSION, 130, 40, 100), BASE.replace(learning_rate=500, epochs=20)

    def diverged() -> tuple[int, int] | None:
        population = Population([Member(h, data)])
        list(population.run())
        assert population.outcome(0) is Outcome.DIVERGED
        return population.first_non_finite(0)

    found = diverged()
    monkeypatch.setattr(blas, "is_available", lambda dtype: False)
    assert found is not None
    assert found == diverged()


@needs_blas
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_product_is_added_to_what_is_kept_of_the_target_whatever_the_shapes(dtype) -> None:
    draw, beta = np.random.default_rng(0), blas.Factor(dtype)
    beta.set(0.5)

    def lying(rows: int, columns: int):
        """Both ways round, whole and cut out of a larger one."""
        yield draw.standard_normal((rows, columns)).astype(dtype)
        yield draw.standard_normal((columns, rows)).astype(dtype).T
        yield draw.standard_normal((rows, columns + 3)).astype(dtype)[:, :columns]
        yield draw.standard_normal((columns, rows + 3)).astype(dtype)[:, :rows].T

    for m, n, k in product((1, 2, 7, 40), repeat=3):
        for a, b in product(lying(m, k), list(lying(k, n))):
            out = draw.standard_normal((m, n)).astype(dtype)
            expected = a.astype(float) @ b.astype(float) + 0.5 * out.astype(float)
            blas.accumulating_product(a, b, beta, out)()
            assert np.allclose(out, expected, rtol=1e-4 if dtype == "float32" else 1e-12, atol=1e-5)


def read_only(shape: tuple[int, ...]) -> np.ndarray:
    array = np.zeros(shape)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("a", "b", "out"),
    [
        (np.zeros((3, 4)), np.zeros((5, 2)), np.zeros((3, 2))),
        (np.zeros((3, 4)), np.zeros((4, 2)), np.zeros((2, 3))),
        (np.zeros((3, 4), "f"), np.zeros((4, 2)), np.zeros((3, 2))),
        (np.zeros((3, 4)), np.zeros((4, 2)), np.zeros((3, 2), "f")),
        (np.zeros((3, 4)), np.zeros((4, 2)), read_only((3, 2))),
        (np.zeros((3, 4)), np.zeros((4, 2)), np.zeros((3, 4))[:, ::2]),
        (np.zeros((6, 8))[::2, ::2], np.zeros((4, 2)), np.zeros((3, 2))),
        (np.zeros((3, 4))[::-1], np.zeros((4, 2)), np.zeros((3, 2))),
        (np.broadcast_to(np.zeros(4), (3, 4)), np.zeros((4, 2)), np.zeros((3, 2))),
    ],
)
def test_matrices_that_do_not_fit_are_refused_before_memory_is_touched(a, b, out) -> None:
    with pytest.raises(ValueError, match=r"No product of|in one stretch"):
        blas.accumulating_product(a, b, blas.Factor("float64"), out)


@pytest.mark.parametrize(
    "pair",
    [
        (np.zeros(3), np.zeros(4)),
        (np.zeros(8)[::2], np.zeros(4)),
        (np.zeros(4, "f"), np.zeros(4)),
        (np.zeros(4), read_only((4,))),
    ],
)
def test_vectors_that_do_not_fit_are_refused_before_memory_is_touched(pair) -> None:
    with pytest.raises(ValueError, match="can be added to"):
        blas.added_multiple(pair[0], blas.Factor("float64"), pair[1])
