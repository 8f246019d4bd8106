"""The gradient an update uses is the slope of the cost, by central differences, whatever the cost is made of."""

import numpy as np
import pytest

from engine.crew import Crew, Memory, empty_head
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout
from engine.population import Member, Population
from engine.records import Task
from engine.training import train

ACTIVATIONS = ("relu", "leaky_relu", "tanh", "sigmoid", "elu", "gelu", "silu")
PENALTIES = ({}, {"l2": 0.3}, {"l1": 0.05}, {"l2": 0.1, "l1": 0.02})
BASE = Hyperparameters(hidden_units=(4, 3), dtype="float64", batch_size=0, monitor="full", seed=3)
STEP = 1e-6


def start(h, data) -> np.ndarray:
    population = Population([Member(h, data)])
    layout = Layout((data.n_features, *h.hidden_units, data.n_outputs))
    return layout.pack(population.parameters(0), "float64")


def gradient_at(h, data, theta) -> np.ndarray:
    layout = Layout((data.n_features, *h.hidden_units, data.n_outputs))
    wide = layout.filled_up(h)
    start = wide.pack(layout.unpack(theta, layout.sizes), "float64")
    memory = Memory(start[None].copy(), (), empty_head(data, 1, "float64"))
    crew = Crew([h.replace(optimizer="sgd")], [data], wide, memory, [None])
    crew.begin_epoch(1, [1.0], [0])
    crew.update(0, watched=True)
    return layout.pack(wide.unpack(start - memory.theta[0], layout.sizes), "float64")


def cost_at(h, data, theta) -> float:
    layout = Layout((data.n_features, *h.hidden_units, data.n_outputs))
    return next(iter(train(h, data, initial_parameters=layout.unpack(theta, layout.sizes)))).train_cost


def assert_slopes(h, data) -> None:
    theta = start(h, data) + 0.01
    gradient = gradient_at(h, data, theta)
    for i in np.random.default_rng(0).permutation(len(theta))[:25]:
        nudge = np.zeros_like(theta)
        nudge[i] = STEP
        slope = (cost_at(h, data, theta + nudge) - cost_at(h, data, theta - nudge)) / (2 * STEP)
        assert gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: "+".join(p) or "plain")
def test_the_gradient_is_the_slope_of_the_cost(task, activation, penalty, make_data) -> None:
    assert_slopes(BASE.replace(activation=activation, **penalty), make_data(task, 20, 4))


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: "+".join(p) or "plain")
def test_the_gradient_of_a_linear_model_is_the_slope_of_its_cost(task, penalty, make_data) -> None:
    assert_slopes(BASE.replace(hidden_units=(), **penalty), make_data(task, 20, 4))


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
@pytest.mark.parametrize("hidden", [(), (4, 3)], ids=str)
def test_the_gradient_with_class_weights_is_the_slope_of_the_weighted_cost(task, hidden, make_data) -> None:
    h = BASE.replace(hidden_units=hidden, class_weight="balanced", activation="tanh")
    data = make_data(task, 25, 4)
    assert cost_at(h, data, start(h, data)) != cost_at(h.replace(class_weight="none"), data, start(h, data))
    assert_slopes(h, data)


def test_balanced_class_weights_count_each_class_alike(make_dataset) -> None:
    X = np.zeros((10, 2))
    data = make_dataset(Task.BINARY, X, np.array([1] + [0] * 9))
    h = BASE.replace(hidden_units=(), class_weight="balanced")
    theta = np.array([0.0, 0.0, 2.0])
    loss_of_one, loss_of_zero = np.log1p(np.exp(-2.0)), np.log1p(np.exp(2.0))
    assert cost_at(h, data, theta) == pytest.approx((loss_of_one + loss_of_zero) / 2, rel=1e-12)
