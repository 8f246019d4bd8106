"""What one point of a curve is on disk, and so how long a curve is by the size of its file alone.

Never imports NumPy: whoever waits for a sweep asks how far many fits are, and does without.
"""

from pathlib import Path

__all__ = ["FLOATS", "PER_LAYER", "TYPES", "epochs_in", "record_size"]

FLOATS = (
    "seconds", "train_cost", "validation_cost", "train_score", "validation_score", "learning_rate", "gradient_norm",
)  # fmt: skip
PER_LAYER = ("update_ratio", "dead", "saturated")
"""One number for each layer of weights."""

TYPES = {
    "epoch": "<u4", "flags": "<u4", "iteration": "<u8",
    **dict.fromkeys(FLOATS, "<f8"), **dict.fromkeys(PER_LAYER, "<f4"),
    "check": "<u4",
}  # fmt: skip
"""The fields of a record in their order: little-endian, no padding, the check word last."""


def record_size(layers: int) -> int:
    """Bytes of one point of a network with that many layers of weights."""
    return sum(int(kind[-1]) * (layers if name in PER_LAYER else 1) for name, kind in TYPES.items())


def epochs_in(path: Path, layers: int) -> int:
    """Epochs made by now; 0 if there is no such file. Cheap enough to be asked many times a second."""
    try:
        points = path.stat().st_size // record_size(layers)
    except OSError:
        return 0
    return max(points - 1, 0)
