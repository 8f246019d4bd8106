"""One BLAS thread for each process. Holds if it is said before NumPy is loaded.

Two processes with several threads on two cores are up to twenty times slower; and several threads add up in another
order, so that a replay would not be the training's equal.
"""

import os

__all__ = ["ONE_THREAD", "keep_to_one_thread"]

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""What the environment of a process has to say."""


def keep_to_one_thread() -> None:
    """For this process, which has not loaded NumPy yet, and those it starts."""
    os.environ.update(ONE_THREAD)
