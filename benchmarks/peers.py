"""The same training in PyTorch, scikit-learn and JAX, to be timed beside the engine. Absent peers are said so."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PEERS", "Work", "available"]


@dataclass(frozen=True, eq=False, slots=True)
class Work:
    """One training to be timed: relu layers, softmax, SGD with momentum 0.9, α 0.01, float32."""

    name: str
    x: NDArray[np.float32]
    y: NDArray[np.intp]
    sizes: tuple[int, ...]
    batch: int
    epochs: int


Timer = Callable[[Work], float]
"""Trains once and returns seconds of CPU per epoch, compilation and preparation left out."""


def torch_timer() -> Timer:
    """PyTorch eager, one thread."""
    import torch

    torch.set_num_threads(1)

    def seconds(work: Work) -> float:
        torch.manual_seed(0)
        layers: list[Any] = []
        for n_in, n_out in pairwise(work.sizes):
            layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
        loss_of = torch.nn.CrossEntropyLoss()
        x, y, rows = torch.from_numpy(work.x), torch.from_numpy(work.y), len(work.y)
        started = time.process_time()
        for _ in range(work.epochs):
            order = torch.randperm(rows) if work.batch < rows else None
            xs, ys = (x, y) if order is None else (x[order], y[order])
            for start in range(0, rows, work.batch):
                optimizer.zero_grad()
                loss = loss_of(model(xs[start : start + work.batch]), ys[start : start + work.batch])
                loss.backward()
                optimizer.step()
        return (time.process_time() - started) / work.epochs

    return seconds


def sklearn_timer() -> Timer:
    """scikit-learn's MLPClassifier."""
    from sklearn.neural_network import MLPClassifier

    def seconds(work: Work) -> float:
        model = MLPClassifier(
            work.sizes[1:-1], solver="sgd", alpha=0, batch_size=work.batch, learning_rate_init=0.01, momentum=0.9,
            nesterovs_momentum=False, max_iter=work.epochs, tol=0, n_iter_no_change=10**6,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            started = time.process_time()
            model.fit(work.x, work.y)
            return (time.process_time() - started) / work.epochs

    return seconds


def jax_timer() -> Timer:
    """JAX, one epoch a jitted scan over the batches; the remainder of the rows that fills no batch is left out."""
    import jax
    import jax.numpy as jnp

    def loss_of(parameters: Any, x: Any, y: Any) -> Any:
        for weight, bias in parameters[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        logits = x @ parameters[-1][0] + parameters[-1][1]
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1).mean()

    def step(carry: Any, batch: Any) -> Any:
        parameters, velocity = carry
        loss, gradient = jax.value_and_grad(loss_of)(parameters, *batch)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, gradient)
        return (jax.tree.map(lambda p, v: p - 0.01 * v, parameters, velocity), velocity), loss

    def epoch(carry: Any, key: Any, x: Any, y: Any, batch: int) -> Any:
        rows = len(y) // batch * batch
        order = jax.random.permutation(key, len(y))[:rows] if batch < len(y) else jnp.arange(rows)
        return jax.lax.scan(step, carry, (x[order].reshape(-1, batch, x.shape[1]), y[order].reshape(-1, batch)))

    compiled = jax.jit(epoch, static_argnums=4)

    def seconds(work: Work) -> float:
        random = np.random.default_rng(0)
        sizes = pairwise(work.sizes)
        parameters = [
            (jnp.asarray(random.standard_normal(s) * np.sqrt(2 / s[0]), jnp.float32), jnp.zeros(s[1])) for s in sizes
        ]
        carry: Any = (parameters, jax.tree.map(jnp.zeros_like, parameters))
        x, y, keys = jnp.asarray(work.x), jnp.asarray(work.y), jax.random.split(jax.random.key(0), work.epochs)
        jax.block_until_ready(compiled(carry, keys[0], x, y, work.batch))
        started = time.process_time()
        for key in keys:
            carry, loss = compiled(carry, key, x, y, work.batch)
        jax.block_until_ready((carry, loss))
        return (time.process_time() - started) / work.epochs

    return seconds


PEERS: dict[str, Callable[[], Timer]] = {"pytorch": torch_timer, "scikit-learn": sklearn_timer, "jax": jax_timer}


def available() -> tuple[dict[str, Timer], list[str]]:
    """The timers of the peers that are installed, and a sentence for each that is not."""
    found, absent = {}, []
    for name, make in PEERS.items():
        try:
            found[name] = make()
        except ImportError as error:
            absent.append(f"{name} is not installed ({error}): left out.")
    return found, absent
