"""The data sets that are always at hand, by name, with one sentence each. Never imports NumPy."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["BUILT_IN", "GENERATED", "SHIPPED"]

SHIPPED: Mapping[str, str] = MappingProxyType(
    {
        "digits": "Handwritten digits as 8×8 grey values: 1797 rows, 64 features, 10 classes.",
        "breast_cancer": "Cell nuclei of breast tumours, malignant or benign: 569 rows, 30 features, 2 classes.",
        "wine": "Chemical analysis of wines from three cultivars: 178 rows, 13 features, 3 classes.",
        "iris": "Sepals and petals of three iris species: 150 rows, 4 features, 3 classes.",
        "diabetes": "Progression of diabetes after one year: 442 rows, 10 features, regression.",
    }
)
"""Real data in the package; sources and licences stand in `files/README.md`."""

GENERATED: Mapping[str, str] = MappingProxyType(
    {
        "moons": "Two interleaved half moons with noise: 400 rows, 2 features, 2 classes.",
        "circles": "A noisy circle around another: 400 rows, 2 features, 2 classes.",
        "spirals": "Three noisy spiral arms: 600 rows, 2 features, 3 classes.",
        "xor": "Four noisy clouds, opposite corners alike: 400 rows, 2 features, 2 classes.",
        "blobs": "Four overlapping clouds: 400 rows, 8 features, 4 classes.",
        "sine": "A noisy sine wave: 300 rows, 1 feature, regression.",
    }
)
"""Computed on demand; `moons:20000` asks for 20,000 rows, `moons:20000:7` for those of seed 7."""

BUILT_IN: Mapping[str, str] = MappingProxyType({**SHIPPED, **GENERATED})
"""All of them, the real ones first."""
