"""Makes more.npz: short trainings by PyTorch in float64, one for each setting below. Run it where torch is installed.

The costs are PyTorch's own; nothing of the engine is imported.
"""

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

EPOCHS, HIDDEN = 12, (6, 5)
BASE = {"epochs": EPOCHS, "hidden_units": HIDDEN, "batch_size": 16, "learning_rate": 0.02, "activation": "tanh"}
SCHEDULES = [
    {"schedule": "constant"}, {"schedule": "inverse_time", "decay_rate": 0.3},
    {"schedule": "exponential", "decay_rate": 0.8}, {"schedule": "step", "decay_rate": 0.5, "decay_every": 3},
    {"schedule": "cosine", "warmup_epochs": 4},
]  # fmt: skip
OPTIMIZERS = [
    {"optimizer": "sgd"}, {"optimizer": "momentum", "momentum": 0.8}, {"optimizer": "nesterov", "momentum": 0.7},
    {"optimizer": "adagrad"}, {"optimizer": "rmsprop", "rho": 0.85}, {"optimizer": "adam", "beta1": 0.8, "beta2": 0.95},
    {"optimizer": "adamw", "weight_decay": 0.3},
]  # fmt: skip
OTHERS = [
    *({"activation": name} for name in ("relu", "leaky_relu", "tanh", "sigmoid", "elu", "gelu", "silu")),
    {"l2": 0.05}, {"l1": 0.01}, {"l1": 0.01, "l2": 0.05, "optimizer": "adam"}, {"clip_norm": 0.05},
    {"clip_norm": 0.05, "l2": 0.5, "optimizer": "nesterov", "momentum": 0.9}, {"class_weight": "balanced"},
    {"hidden_units": ()}, {"hidden_units": (), "l2": 0.1, "batch_size": 0}, {"hidden_units": (6,), "batch_size": 1},
    {"class_weight": "balanced", "hidden_units": (), "optimizer": "adam"},
]  # fmt: skip
HIDDEN_LAYER = {
    "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(0.01), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid(), "elu": nn.ELU(),
    "gelu": nn.GELU(approximate="tanh"), "silu": nn.SiLU(),
}  # fmt: skip


def settings():
    """All settings, as the engine names them."""
    for optimizer in OPTIMIZERS:
        for schedule in SCHEDULES:
            yield {**BASE, **optimizer, **schedule}
    for other in OTHERS:
        yield {**BASE, "optimizer": "sgd", "learning_rate": 0.2, **other}


def data(task):
    """45 rows of 4 features with classes of unequal size, or values."""
    random = np.random.default_rng(5)
    x = random.standard_normal((45, 4))
    z = x @ random.standard_normal((4, 3)) + [1.0, 0.0, -0.5]
    return x, {"multiclass": z.argmax(1), "binary": (z[:, 0] > 1.5).astype(int), "regression": np.sin(z[:, 0])}[task]


def alpha(h, t):
    """The learning rate of epoch t = 0, 1, …"""
    rate, decay = h["learning_rate"], h.get("decay_rate", 0)
    scheduled = {
        "constant": rate, "inverse_time": rate / (1 + decay * t), "exponential": rate * decay**t,
        "step": rate * decay ** (t // h.get("decay_every", 1)),
        "cosine": rate / 2 * (1 + math.cos(math.pi * t / h["epochs"])),
    }[h.get("schedule", "constant")]  # fmt: skip
    warmup = h.get("warmup_epochs", 0)
    return scheduled * min(1, (t + 1) / warmup) if warmup else scheduled


def optimizer_of(h, weights, biases):
    """PyTorch's own, with decay on the weights alone."""
    both, rate = [*weights, *biases], h["learning_rate"]
    match h["optimizer"]:
        case "sgd":
            return torch.optim.SGD(both, rate)
        case "momentum" | "nesterov" as name:
            return torch.optim.SGD(both, rate, momentum=h["momentum"], nesterov=name == "nesterov")
        case "adagrad":
            return torch.optim.Adagrad(both, rate)
        case "rmsprop":
            return torch.optim.RMSprop(both, rate, alpha=h["rho"], eps=1e-8)
        case "adam":
            return torch.optim.Adam(both, rate, betas=(h.get("beta1", 0.9), h.get("beta2", 0.999)))
        case _:
            groups = [{"params": weights, "weight_decay": h["weight_decay"]}, {"params": biases, "weight_decay": 0}]
            return torch.optim.AdamW(groups, rate)


def initial(sizes):
    """The same start for all networks of these sizes."""
    random = np.random.default_rng(len(sizes))
    return [
        (random.standard_normal((a, b)) / math.sqrt(a), 0.1 * random.standard_normal(b)) for a, b in pairwise(sizes)
    ]


def trajectory(h, task):
    """Costs on all rows before any update and after each epoch."""
    x, y = data(task)
    n_out = 3 if task == "multiclass" else 1
    layers, weights, biases = [], [], []
    for w, b in initial((4, *h["hidden_units"], n_out)):
        linear = nn.Linear(*w.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        weights.append(linear.weight)
        biases.append(linear.bias)
        layers += [linear, HIDDEN_LAYER[h["activation"]]]
    model = nn.Sequential(*layers[:-1])
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    counts = torch.bincount(y.long()) if task != "regression" else None
    balanced = h.get("class_weight") == "balanced" and counts is not None
    row_weights = (len(y) / (len(counts) * counts.double()))[y] if balanced else torch.ones(len(y), dtype=torch.float64)

    def cost(rows):
        z, target = model(x[rows]), y[rows]
        if task == "multiclass":
            loss = nn.functional.cross_entropy(z, target, reduction="none")
        elif task == "binary":
            loss = nn.functional.binary_cross_entropy_with_logits(z[:, 0], target.double(), reduction="none")
        else:
            loss = (z[:, 0] - target) ** 2 / 2
        penalty = sum(h.get("l2", 0) / 2 * (w**2).sum() + h.get("l1", 0) * w.abs().sum() for w in weights)
        return (loss * row_weights[rows]).mean() + penalty

    optimizer, batch = optimizer_of(h, weights, biases), h["batch_size"] or len(y)
    costs = [cost(slice(None)).item()]
    for t in range(h["epochs"]):
        for group in optimizer.param_groups:
            group["lr"] = alpha(h, t)
        for start in range(0, len(y), batch):
            optimizer.zero_grad()
            cost(slice(start, start + batch)).backward()
            if "clip_norm" in h:
                nn.utils.clip_grad_norm_([*weights, *biases], h["clip_norm"])
            optimizer.step()
        costs.append(cost(slice(None)).item())
    return costs


def main():
    """Write more.npz beside this file."""
    arrays, runs, costs = {}, [], []
    for task in ("binary", "multiclass", "regression"):
        arrays[f"X_{task}"], arrays[f"y_{task}"] = data(task)
        for h in settings():
            if task == "regression" and "class_weight" in h:
                continue
            runs.append({"task": task, "hyperparameters": h})
            costs.append(trajectory(h, task))
            sizes = (4, *h["hidden_units"], 3 if task == "multiclass" else 1)
            for i, (w, b) in enumerate(initial(sizes), start=1):
                name = "_".join(map(str, sizes))
                arrays[f"W{i}_{name}"], arrays[f"b{i}_{name}"] = w, b
    path = Path(__file__).with_name("more.npz")
    np.savez_compressed(path, runs=json.dumps(runs), costs=np.array(costs), **arrays)


if __name__ == "__main__":
    main()
