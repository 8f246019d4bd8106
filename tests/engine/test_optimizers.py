"""Each update rule and each schedule against steps worked by hand; settling of forgotten slots; clipping; dropout."""

import math

import numpy as np
import pytest

from engine.arrays import run
from engine.hyperparameters import Hyperparameters
from engine.initialization import initial_parameters
from engine.layout import Layout
from engine.network import Buffers
from engine.optimizers import Optimizer, slot_count
from engine.population import Member, Population
from engine.records import Task
from engine.regularization import Dropout, clip_calls, penalty
from engine.schedules import learning_rate
from engine.training import train

START, GRADIENTS, ALPHA = 2.0, (0.5, -1.0, 0.25), 0.1


def steps(name: str, **values: float) -> list[float]:
    """One parameter, a weight, through three updates with given gradients."""
    theta, gradient = np.array([[START]]), np.empty((1, 1))
    slots = [np.zeros((1, 1)) for _ in range(slot_count(name))]
    optimizer = Optimizer(name, theta, gradient, slots, 1)
    optimizer.begin_epoch([Hyperparameters(optimizer=name, **values)], [ALPHA], [0], 3)
    found = []
    for update, g in enumerate(GRADIENTS):
        gradient[:] = g
        optimizer.turn(update)
        run(optimizer.calls)
        found.append(float(theta[0, 0]))
    return found


def test_gradient_descent_by_hand() -> None:
    assert steps("sgd") == pytest.approx([1.95, 2.05, 2.025])


def test_momentum_by_hand() -> None:
    v1, v2, v3 = 0.5, 0.8 * 0.5 - 1.0, 0.8 * (0.8 * 0.5 - 1.0) + 0.25
    assert steps("momentum", momentum=0.8) == pytest.approx(
        [2 - 0.1 * v1, 2 - 0.1 * (v1 + v2), 2 - 0.1 * (v1 + v2 + v3)]
    )


def test_nesterov_by_hand() -> None:
    v1, v2 = 0.5, -0.6
    assert steps("nesterov", momentum=0.8)[:2] == pytest.approx(
        [2 - 0.1 * (0.5 + 0.8 * v1), 2 - 0.1 * (0.5 + 0.8 * v1) - 0.1 * (-1.0 + 0.8 * v2)]
    )


def test_adagrad_by_hand() -> None:
    first = 2 - 0.1 * 0.5 / 0.5
    assert steps("adagrad")[:2] == pytest.approx([first, first + 0.1 / math.sqrt(1.25)])


def test_rmsprop_by_hand() -> None:
    v1 = 0.1 * 0.25
    v2 = 0.9 * v1 + 0.1 * 1.0
    first = 2 - 0.1 * 0.5 / (math.sqrt(v1) + 1e-8)
    assert steps("rmsprop", rho=0.9)[:2] == pytest.approx([first, first + 0.1 / (math.sqrt(v2) + 1e-8)])


def test_adam_by_hand() -> None:
    m2, v2 = 0.9 * 0.05 - 0.1, 0.99 * 0.0025 + 0.01
    first = 2 - 0.1 * 0.5 / (0.5 + 1e-8)
    second = first - 0.1 * (m2 / (1 - 0.81)) / (math.sqrt(v2 / (1 - 0.9801)) + 1e-8)
    assert steps("adam", beta1=0.9, beta2=0.99)[:2] == pytest.approx([first, second])


def test_adamw_shrinks_the_weight_before_the_step_of_adam() -> None:
    decayed = steps("adamw", weight_decay=0.5, beta1=0.9, beta2=0.99)
    assert decayed[0] == pytest.approx(2 * (1 - 0.1 * 0.5) - 0.1)


def test_adamw_leaves_biases_undecayed() -> None:
    theta, gradient = np.array([[1.0, 1.0]]), np.zeros((1, 2))
    optimizer = Optimizer("adamw", theta, gradient, [np.zeros((1, 2)), np.zeros((1, 2))], 1)
    optimizer.begin_epoch([Hyperparameters(optimizer="adamw", weight_decay=0.5)], [0.1], [0], 1)
    optimizer.turn(0)
    run(optimizer.calls)
    assert theta[0].tolist() == pytest.approx([0.95, 1.0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"schedule": "constant"}, [0.1, 0.1, 0.1, 0.1]),
        ({"schedule": "inverse_time", "decay_rate": 0.5}, [0.1, 0.1 / 1.5, 0.1 / 2, 0.1 / 2.5]),
        ({"schedule": "exponential", "decay_rate": 0.5}, [0.1, 0.05, 0.025, 0.0125]),
        ({"schedule": "step", "decay_rate": 0.5, "decay_every": 2}, [0.1, 0.1, 0.05, 0.05]),
        ({"schedule": "cosine", "epochs": 4}, [0.1, 0.05 * (1 + math.sqrt(0.5)), 0.05, 0.05 * (1 - math.sqrt(0.5))]),
        ({"warmup_epochs": 3}, [0.1 / 3, 0.2 / 3, 0.1, 0.1]),
        ({"warmup_epochs": 2, "schedule": "exponential", "decay_rate": 0.5}, [0.05, 0.05, 0.025, 0.0125]),
        ({"schedule": "exponential", "decay_rate": 0.0}, [0.1, 0.0, 0.0, 0.0]),
    ],
    ids=str,
)  # fmt: skip
def test_a_schedule_by_hand(values, expected) -> None:
    h = Hyperparameters(learning_rate=0.1, **values)
    assert [learning_rate(h, t) for t in range(4)] == pytest.approx(expected)


def test_a_learning_rate_beyond_all_numbers_is_infinite_and_the_training_diverges(make_data) -> None:
    h = Hyperparameters(schedule="exponential", decay_rate=10.0, epochs=2000)
    assert learning_rate(h, 1999) == math.inf
    assert not list(train(h, make_data(Task.REGRESSION, 40, 3)))[-1].is_finite


def test_a_long_gradient_is_scaled_to_the_clip_norm_and_a_short_one_left_alone() -> None:
    gradient = np.array([[3.0, 4.0], [0.3, 0.4]])
    norms = [math.nan, math.nan]
    run(clip_calls([Hyperparameters(clip_norm=1.0)] * 2, gradient, norms))
    assert norms == pytest.approx([5.0, 0.5])
    assert gradient == pytest.approx(np.array([[0.6, 0.8], [0.3, 0.4]]), rel=1e-6)


def test_the_penalty_of_given_weights_is_as_declared() -> None:
    assert penalty(Hyperparameters(l2=0.5, l1=0.25), np.array([1.0, -2.0])) == pytest.approx(0.25 * 5 + 0.25 * 3)


def test_dropout_keeps_the_mean_and_silences_the_share_it_is_told() -> None:
    layout = Layout((3, 400, 2))
    buffers = Buffers.allocate(layout, "relu", 1, 500, "float32", training=True, dropout=True)
    (calls,) = Dropout([Hyperparameters(dropout=0.3)], [np.random.default_rng(0)]).calls(buffers)
    run(calls)
    assert np.mean(buffers.masks[0] == 0) == pytest.approx(0.3, abs=0.01)
    assert buffers.masks[0].mean() == pytest.approx(1.0, abs=0.01)
    assert set(np.unique(buffers.masks[0])) == {np.float32(0), np.float32(1 / 0.7)}


def test_dropout_is_off_when_costs_are_taken_on_all_rows(make_data) -> None:
    data = make_data(Task.MULTICLASS, 60, 5, 40)
    h = Hyperparameters(epochs=1, learning_rate=1e-12, monitor="full", dtype="float64")
    dropped, whole = (list(train(each, data)) for each in (h.replace(dropout=0.5), h))
    assert dropped[1].train_cost == pytest.approx(whole[1].train_cost, rel=1e-9)
    assert dropped[1].gradient_norm != pytest.approx(whole[1].gradient_norm, rel=1e-3)


@pytest.mark.parametrize(("rule", "variance"), [("he", 2 / 300), ("xavier", 2 / 500), ("lecun", 1 / 300)])
def test_initial_weights_have_the_spread_of_their_rule(rule, variance) -> None:
    parameters = initial_parameters(Hyperparameters(initialization=rule), (300, 200, 4))
    assert parameters.weights[0].var() == pytest.approx(variance, rel=0.03)
    assert not any(bias.any() for bias in parameters.biases)


@pytest.mark.parametrize(
    ("activation", "rule"), [("relu", "he"), ("silu", "he"), ("tanh", "xavier"), ("sigmoid", "xavier")]
)
def test_auto_initialization_goes_by_the_activation(activation, rule) -> None:
    auto, named = (
        initial_parameters(Hyperparameters(activation=activation, initialization=name), (5, 4, 3))
        for name in ("auto", rule)
    )
    assert np.array_equal(auto.weights[0], named.weights[0])


def test_what_an_optimizer_has_all_but_forgotten_is_put_to_zero(make_data) -> None:
    data = make_data(Task.BINARY, 40, 3)
    h = Hyperparameters(hidden_units=(30,), batch_size=0, epochs=2000, learning_rate=1.0)
    population = Population([Member(h, data)])
    for _, progress in population.run():
        if progress.epoch == 1984:
            velocity = np.abs(population.state(0)["slot0"])
            break
    assert not ((velocity > 0) & (velocity < 1e-30)).any()
