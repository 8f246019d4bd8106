"""What all tests share: a ROOT of their own, and one BLAS thread."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_support import end_conductor

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A ROOT that nothing else uses; no conductor of it outlives the test."""
    home = tmp_path / "root"
    monkeypatch.setenv("TUNEDECK_HOME", str(home))
    yield home
    if home.exists():
        for folder in home.iterdir():
            end_conductor(folder)
