"""A member of a population has the curve it has alone, to the last bit, whatever the others do."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest

from engine.errors import HyperparameterError, UsageError
from engine.grouping import computed_units
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout
from engine.network import product_call
from engine.population import Member, Population, shape_key, worthwhile_size
from engine.records import Outcome, Progress, Task
from engine.training import train, train_population

OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
SCHEDULES = ("constant", "inverse_time", "exponential", "step", "cosine")
BASE = Hyperparameters(hidden_units=(7, 6), epochs=5, batch_size=16, learning_rate=0.05, warmup_epochs=2)


def comparable(progress: Progress) -> str:
    """Every number to the bit; NaN equals NaN."""
    return repr(progress)


def curves(members: Sequence[Hyperparameters], data) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in members]
    population = Population([Member(h, data) for h in members])
    for member, progress in population.run():
        found[member].append(comparable(progress))
    return found


def alone(h: Hyperparameters, data) -> list[str]:
    return [comparable(progress) for progress in train(h, data)]


def assert_same_alone(members: Sequence[Hyperparameters], data) -> None:
    together = curves(members, data)
    for h, curve in zip(members, together, strict=True):
        assert curve == alone(h, data)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shared", [True, False], ids=["shared batches", "own batches"])
def test_a_member_has_the_curve_it_has_alone_with_every_optimizer(optimizer, dtype, shared, make_data) -> None:
    data = make_data(Task.MULTICLASS, 130, 9, train=100)
    base = BASE.replace(optimizer=optimizer, dtype=dtype)
    assert_same_alone(
        [
            base.replace(
                learning_rate=0.02 * (k + 1), momentum=0.3 * k, rho=0.5 + 0.1 * k, beta1=0.3 * k, beta2=0.9 + 0.03 * k,
                weight_decay=0.1 * k, seed=0 if shared else k,
            )
            for k in range(3)
        ],
        data,
    )  # fmt: skip


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_member_has_the_curve_it_has_alone_with_every_schedule(schedule, make_data) -> None:
    base = BASE.replace(schedule=schedule, decay_every=2)
    assert_same_alone(
        [base.replace(decay_rate=0.3 * (k + 1), warmup_epochs=k) for k in range(3)], make_data(Task.BINARY, 130, 9, 100)
    )


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize(
    "varied",
    [
        {"l2": (0.0, 0.01, 0.1)}, {"l1": (0.0, 0.001, 0.1)}, {"dropout": (0.1, 0.5, 0.3)},
        {"clip_norm": (0.01, 0.1, 1.0)}, {"class_weight": ("none", "balanced", "none")},
        {"initialization": ("he", "xavier", "lecun")},
    ],
    ids=lambda varied: next(iter(varied)),
)  # fmt: skip
def test_a_member_has_the_curve_it_has_alone_with_every_regulariser(task, varied, make_data) -> None:
    ((name, values),) = varied.items()
    data = make_data(task, 130, 9, train=100)
    assert_same_alone([BASE.replace(**{name: value}, seed=k // 2) for k, value in enumerate(values)], data)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid", "elu", "gelu", "silu"])
@pytest.mark.parametrize("monitor", ["running", "full"])
def test_a_member_has_the_curve_it_has_alone_with_every_activation(activation, monitor, make_data) -> None:
    base = BASE.replace(activation=activation, monitor=monitor)
    assert_same_alone([base.replace(seed=k) for k in range(3)], make_data(Task.MULTICLASS, 130, 9, 100))


@pytest.mark.parametrize("hidden", [(), (1,), (33,), (64, 17)], ids=str)
@pytest.mark.parametrize("batch_size", [0, 1, 7, 64])
@pytest.mark.parametrize("task", list(Task))
def test_a_member_has_the_curve_it_has_alone_in_every_shape(hidden, batch_size, task, make_data) -> None:
    base = BASE.replace(hidden_units=hidden, batch_size=batch_size, epochs=2)
    members = [base.replace(learning_rate=0.01 * (k + 1), seed=k // 2) for k in range(4)]
    assert_same_alone(members, make_data(task, 90, 13, train=65))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid", "elu", "gelu", "silu"])
@pytest.mark.parametrize(
    "more",
    [
        {}, {"dtype": "float64", "optimizer": "adam", "l1": 0.01}, {"dropout": 0.3, "optimizer": "adagrad"},
        {"clip_norm": 0.1, "l2": 0.1, "optimizer": "nesterov"}, {"optimizer": "rmsprop", "batch_size": 64},
    ],
    ids=str,
)  # fmt: skip
def test_members_of_nearby_widths_have_the_curves_they_have_alone(activation, more, make_data) -> None:
    base = BASE.replace(activation=activation, epochs=3, **more)
    widths = ((17, 6), (20, 11), (32, 16), (32, 1))
    members = [base.replace(hidden_units=each, seed=k // 2) for k, each in enumerate(widths)]
    data = make_data(Task.MULTICLASS, 130, 9, 100)
    assert len({shape_key(Member(h, data)) for h in members}) == 1
    assert_same_alone(members, data)


@pytest.mark.parametrize("more", [{"batch_size": 0}, {"batch_size": 65}, {"hidden_units": (7, 81)}], ids=str)
def test_where_calls_are_not_most_of_the_work_nothing_is_filled_up(more) -> None:
    h = BASE.replace(**more)
    assert Layout((9, *h.hidden_units, 3)).filled_up(h).sizes == (9, *h.hidden_units, 3)


def test_narrow_layers_are_computed_with_one_of_few_widths() -> None:
    found = [computed_units(BASE.replace(hidden_units=(each,))) for each in (1, 16, 17, 32, 33, 48, 49, 64, 65, 80, 81)]
    assert [width for (width,) in found] == [16, 16, 32, 32, 64, 64, 64, 64, 80, 80, 81]


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_units_that_only_fill_a_layer_up_never_get_a_weight(activation, make_data) -> None:
    data = make_data(Task.BINARY, 130, 9, 100)
    h = BASE.replace(activation=activation, hidden_units=(7, 20), dropout=0.2, l1=0.001, optimizer="adam")
    population = Population([Member(h, data)])
    list(population.run())
    learned = population.parameters(0)
    assert learned.sizes == (9, 7, 20, 1)
    wide = Layout(learned.sizes).filled_up(h)
    assert wide.sizes == (9, 16, 32, 1)
    assert population._seats[0].theta is not None
    assert np.array_equal(population._seats[0].theta, wide.pack(learned, "float32"))


def test_a_member_keeps_its_curve_when_others_leave_diverge_or_stop_early(make_data) -> None:
    data = make_data(Task.REGRESSION, 130, 9, train=100)
    base = BASE.replace(epochs=12, dropout=0.2)
    members = [
        base,
        base.replace(learning_rate=900.0),
        base.replace(learning_rate=1e-9, early_stopping=2),
        base.replace(seed=4),
        base.replace(l2=0.1),
    ]
    found: list[list[str]] = [[] for _ in members]
    updates = 0

    def pulse() -> None:
        nonlocal updates
        updates += 1
        if updates == 31:
            population.leave(3)

    population = Population([Member(h, data) for h in members], pulse=pulse)
    for member, progress in population.run():
        found[member].append(comparable(progress))
    assert [population.outcome(k) for k in range(5)] == [
        Outcome.FINISHED, Outcome.DIVERGED, Outcome.STOPPED_EARLY, Outcome.LEFT, Outcome.FINISHED,
    ]  # fmt: skip
    for member in (0, 1, 2, 4):
        assert found[member] == alone(members[member], data)
    assert 1 < len(found[3]) < 13
    assert found[3] == alone(members[3], data)[: len(found[3])]


def test_members_of_different_folds_train_together(make_data) -> None:
    folds = [make_data(Task.BINARY, 90, 6, train=70, seed=k) for k in range(3)]
    population = Population([Member(BASE, fold) for fold in folds])
    found: list[list[str]] = [[], [], []]
    for member, progress in population.run():
        found[member].append(comparable(progress))
    assert found == [alone(BASE, fold) for fold in folds]


def test_any_mix_of_shapes_can_be_trained(make_data) -> None:
    data = make_data(Task.BINARY, 90, 6, train=70)
    members = [BASE, BASE.replace(hidden_units=()), BASE.replace(seed=3), BASE.replace(optimizer="adam", dropout=0.5)]
    found: list[list[str]] = [[] for _ in members]
    for member, progress in train_population(members, data):
        found[member].append(comparable(progress))
    assert found == [alone(h, data) for h in members]


def test_members_of_different_shapes_are_refused(make_data) -> None:
    data = make_data(Task.BINARY)
    members = [Member(BASE, data), Member(BASE.replace(hidden_units=(7, 17)), data)]
    assert shape_key(members[0]) != shape_key(members[1])
    with pytest.raises(UsageError, match="same shape"):
        Population(members)


def test_a_network_too_large_for_memory_is_refused_in_a_sentence(make_data) -> None:
    with pytest.raises(UsageError, match="use fewer units"):
        Population([Member(BASE.replace(hidden_units=(100_000, 100_000)), make_data(Task.BINARY))])


def test_the_units_that_fill_a_layer_up_count_as_memory(make_data, monkeypatch) -> None:
    h, data = BASE.replace(hidden_units=(1,)), make_data(Task.BINARY, 40, 9)
    monkeypatch.setattr("engine.member._MOST_BYTES", 2000)
    with pytest.raises(UsageError, match="use fewer units"):
        Population([Member(h, data)])
    Population([Member(h.replace(batch_size=0), data)])


def test_small_networks_are_worth_training_together_and_large_ones_are_not(make_data) -> None:
    data = make_data(Task.MULTICLASS, 300, 64)
    assert worthwhile_size(Member(BASE.replace(hidden_units=(50,), batch_size=64), data)) >= 8
    assert worthwhile_size(Member(BASE.replace(hidden_units=(512, 256), batch_size=64), data)) == 1


def test_the_best_epoch_is_kept_with_its_losses_and_predictions(make_data) -> None:
    data = make_data(Task.MULTICLASS, 90, 6, train=60).astype("float32")
    population = Population([Member(BASE.replace(epochs=15, learning_rate=0.5), data)])
    records = [progress for _, progress in population.run()]
    best = min(records, key=lambda progress: progress.validation_cost)
    assert population.best(0) == best
    assert np.isclose(population.row_losses(0).mean(dtype=np.float64), best.validation_cost, rtol=1e-6)
    assert population.row_losses(0).dtype == np.float32
    predicted = population.predictions(0)
    assert predicted.shape == (30, 3)
    assert np.mean(predicted.argmax(axis=1) == data.validation.y) == best.validation_score
    assert population.all_scores(0)["accuracy"] == best.validation_score
    assert set(population.all_scores(0)) == {"accuracy", "balanced_accuracy", "f1", "roc_auc", "log_loss"}


def test_early_stopping_keeps_the_best_parameters_beside_the_last(make_data) -> None:
    data = make_data(Task.REGRESSION, 60, 6, train=20).astype("float32")
    population = Population([Member(BASE.replace(epochs=300, early_stopping=5, learning_rate=0.2), data)])
    last = [progress for _, progress in population.run()][-1]
    assert population.outcome(0) is Outcome.STOPPED_EARLY
    assert last.epoch == population.best(0).epoch + 5
    start = population.best_parameters(0)
    again = next(iter(train(BASE, data, initial_parameters=start)))
    assert again.validation_cost == population.best(0).validation_cost
    assert not np.array_equal(start.weights[0], population.parameters(0).weights[0])


def test_a_diverged_member_ends_with_the_record_that_is_not_finite(make_data) -> None:
    data = make_data(Task.REGRESSION, 60, 6)
    population = Population([Member(BASE.replace(learning_rate=1000.0, epochs=50), data)])
    records = [progress for _, progress in population.run()]
    assert population.outcome(0) is Outcome.DIVERGED
    assert [each.is_finite for each in records[:-1]] == [True] * (len(records) - 1)
    assert not records[-1].is_finite
    assert (population.first_non_finite(0) or (0, 0))[0] == records[-1].epoch


@pytest.mark.parametrize("grown", [0, 1, 2])
def test_the_layer_in_which_numbers_first_overflow_is_named(grown, make_data) -> None:
    data = make_data(Task.REGRESSION, 60, 6).astype("float32")
    h = BASE.replace(hidden_units=(4, 4), activation="elu", schedule="step", decay_rate=10.0, decay_every=3, epochs=9)
    start = Population([Member(h, data)]).parameters(0)
    start.weights[grown][:] *= 1e18
    members = [Member(h.replace(learning_rate=1e-30), data, start), Member(h.replace(learning_rate=1e-3), data)]
    population = Population(members)
    list(population.run())
    assert population.outcome(0) is Outcome.DIVERGED
    assert population.outcome(1) is Outcome.FINISHED
    epoch, layer = population.first_non_finite(0) or (0, 0)
    assert epoch == population.best(0).epoch + 1
    assert 1 <= layer <= 3
    assert population.first_non_finite(1) is None


def diverging(asked_to_leave: bool, make_data) -> tuple[Population, list[int], list[Progress]]:
    """A member that diverges in its first epoch; the iteration at each pulse; its records."""
    data = make_data(Task.REGRESSION, 60, 6)
    at: list[int] = []

    def pulse() -> None:
        at.append(population.iteration)
        if asked_to_leave and len(at) == 16:
            population.leave(0)

    h = BASE.replace(learning_rate=1e3, epochs=3, batch_size=4, clip_norm=0.0, dtype="float32")
    population = Population([Member(h, data)], pulse=pulse)
    return population, at, [progress for _, progress in population.run()]


def test_the_search_for_the_first_overflow_can_be_asked_things_after_every_repeated_update(make_data) -> None:
    population, at, records = diverging(False, make_data)
    epoch, _ = population.first_non_finite(0) or (0, 0)
    assert population.outcome(0) is Outcome.DIVERGED
    assert (epoch, len(records)) == (1, 2)
    assert at[:15] == list(range(1, 16))
    assert len(at) > 15
    assert set(at[15:]) == {15}


def test_who_asks_to_leave_ends_the_search_for_the_first_overflow(make_data) -> None:
    population, at, records = diverging(True, make_data)
    assert len(at) == 16
    assert population.outcome(0) is Outcome.DIVERGED
    assert population.first_non_finite(0) is None
    assert [progress.is_finite for progress in records] == [True, False]


def test_a_changed_hyperparameter_acts_from_the_next_update_on(make_data) -> None:
    data = make_data(Task.BINARY, 100, 6)
    population = Population([Member(BASE, data), Member(BASE, data)])
    found: list[list[Progress]] = [[], []]
    for member, progress in population.run():
        found[member].append(progress)
        if member == 1 and progress.epoch == 2:
            population.change(1, BASE.replace(learning_rate=0.5, l2=0.1, dropout=0.3))
    assert [repr(each) for each in found[0]] == alone(BASE, data)
    assert [repr(each) for each in found[1][:3]] == alone(BASE, data)[:3]
    assert found[1][3].learning_rate == 0.5
    assert found[1][3].train_cost != found[0][3].train_cost


@pytest.mark.parametrize("change", [{"hidden_units": (3,)}, {"batch_size": 1}, {"seed": 5}, {"optimizer": "adam"}])
def test_what_makes_the_shape_cannot_change_during_training(change, make_data) -> None:
    population = Population([Member(BASE, make_data(Task.BINARY))])
    (name,) = change
    with pytest.raises(HyperparameterError, match=name):
        population.change(0, BASE.replace(**change))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cut_out", [False, True])
def test_a_product_of_one_member_is_that_of_several_to_the_last_bit_whatever_its_shape(dtype, cut_out) -> None:
    draw = np.random.default_rng(0)

    def factors(rows: int, columns: int) -> Iterator[np.ndarray]:
        """Two members' matrices, both ways round; or cut out of larger ones, as a last batch is."""
        more = 12 if cut_out else 0
        yield draw.standard_normal((2, rows, columns + more)).astype(dtype)[..., :columns]
        yield draw.standard_normal((2, columns, rows + more)).astype(dtype)[..., :rows].swapaxes(1, 2)

    for m, n, k in product((1, 3, 4, 17, 50), repeat=3):
        ones = np.ones(k, dtype)
        for a, b in product(factors(m, k), list(factors(k, n))):
            for left, right in ((a, b), (a, ones), (ones, b)):
                together = np.matmul(left, right)
                for row in range(2):
                    each = [side if side is ones else side[row] for side in (left, right)]
                    alone = np.empty_like(together[row])
                    product_call(*each, alone)()
                    assert np.array_equal(alone, together[row]), (each[0].shape, each[1].shape)


def test_what_an_optimizer_lost_to_infinity_long_ago_is_not_taken_for_where_the_training_diverged(make_dataset) -> None:
    x = np.random.default_rng(0).standard_normal((60, 5)) * 1e12
    data = make_dataset(Task.REGRESSION, x, np.sin(x[:, 0]), train=40)
    h = Hyperparameters(
        hidden_units=(20,), epochs=80, batch_size=10, optimizer="adam", learning_rate=0.1, schedule="exponential",
        decay_rate=10.0,
    )  # fmt: skip
    population = Population([Member(h, data)])
    records = [progress for _, progress in population.run()]
    assert population.outcome(0) is Outcome.DIVERGED
    assert population.first_non_finite(0) == (records[-1].epoch, 2)


def test_parameters_whose_squares_are_no_numbers_end_a_training_however_calm_its_gradient(make_data) -> None:
    data = make_data(Task.MULTICLASS, 60, 5, 40)
    h = Hyperparameters(
        hidden_units=(8,), epochs=60, batch_size=20, optimizer="adam", learning_rate=0.1, activation="tanh",
        schedule="exponential", decay_rate=10.0,
    )  # fmt: skip
    population = Population([Member(h, data)])
    for _, progress in population.run():
        theta = population.parameters(0).weights
        if progress.is_finite:
            assert all(np.isfinite(np.vdot(w, w)) for w in theta), progress.epoch
    assert population.outcome(0) is Outcome.DIVERGED
