"""Two BLAS routines that NumPy uses but does not offer: C ← AB + βC and y ← y + ax.

They are taken out of the library that NumPy's own wheel brings along and has loaded. Another build of NumPy may have
another library under other names: there is nothing then, and `is_available` says so.
"""

import ctypes
from functools import cache, partial
from importlib import import_module
from typing import Any

from engine.arrays import Array, Call

__all__ = ["Factor", "accumulating_product", "added_multiple", "is_available"]

_ROW_MAJOR, _PLAIN, _TRANSPOSED = 101, 111, 112
_LETTERS = {"float32": "s", "float64": "d"}


class Factor:
    """A number that bound calls read anew each time."""

    def __init__(self, dtype: str) -> None:
        self.box = _real(dtype)()

    def set(self, value: float) -> None:
        """Let the calls take this number from now on."""
        self.box.value = value


def is_available(dtype: str) -> bool:
    """Whether both routines are there for arrays of this type."""
    return _routine("gemm", dtype) is not None and _routine("axpy", dtype) is not None


def accumulating_product(a: Array, b: Array, beta: Factor, out: Array) -> Call:
    """out ← a @ b + beta · out; `a` and `b` may be transposed views of whole arrays."""
    (m, k), n = a.shape, b.shape[1]
    if b.shape[0] != k or out.shape != (m, n) or not (out.flags.carray and a.dtype == b.dtype == out.dtype):
        raise ValueError(f"No product of {a.dtype}{a.shape} and {b.dtype}{b.shape} into {out.dtype}{out.shape}.")
    one, long = _real(out.dtype.name)(1), ctypes.c_int64
    sizes = [long(each) for each in (m, n, k)]
    left, right = _operand(a), _operand(b)
    return partial(
        _routine("gemm", out.dtype.name),
        _ROW_MAJOR, left[0], right[0], *sizes, one, *left[1:], *right[1:], beta.box, _pointer(out), long(n),
    )  # fmt: skip


def added_multiple(x: Array, factor: Factor, y: Array) -> Call:
    """y ← y + factor · x for vectors that lie in one stretch."""
    if x.ndim != 1 or x.shape != y.shape or not (x.flags.c_contiguous and y.flags.carray and x.dtype == y.dtype):
        raise ValueError(f"No multiple of {x.dtype}{x.shape} can be added to {y.dtype}{y.shape}.")
    size, one = ctypes.c_int64(len(x)), ctypes.c_int64(1)
    return partial(_routine("axpy", y.dtype.name), size, factor.box, _pointer(x), one, _pointer(y), one)


def _operand(matrix: Array) -> tuple[int, ctypes.c_void_p, ctypes.c_int64]:
    """How a matrix lies, where it starts, and how far apart in memory its rows are, or its columns if it lies so."""
    for order, view in ((_PLAIN, matrix), (_TRANSPOSED, matrix.T)):
        apart = view.strides[0] // view.itemsize if view.shape[0] > 1 else view.shape[1]
        if view.strides[1] == view.itemsize and apart >= view.shape[1]:
            return order, _pointer(matrix), ctypes.c_int64(apart)
    raise ValueError("Neither the rows nor the columns of a factor lie in one stretch each, one after the other.")


def _pointer(array: Array) -> ctypes.c_void_p:
    """Keeps the array alive as long as it lives itself."""
    return array.ctypes.data_as(ctypes.c_void_p)


def _real(dtype: str) -> type[Any]:
    return ctypes.c_float if dtype == "float32" else ctypes.c_double


@cache
def _routine(name: str, dtype: str) -> Any:
    """One routine of NumPy's wheels, where integers have 64 bits; None elsewhere."""
    try:
        library = ctypes.CDLL(str(import_module("numpy._core._multiarray_umath").__file__))
        found = library[f"scipy_cblas_{_LETTERS[dtype]}{name}64_"]
    except (ImportError, OSError, AttributeError):
        return None
    real: Any = _real(dtype)
    long, pointer, choice = ctypes.c_int64, ctypes.c_void_p, ctypes.c_int
    found.restype = None
    found.argtypes = {
        "gemm": [*[choice] * 3, *[long] * 3, real, pointer, long, pointer, long, real, pointer, long],
        "axpy": [long, real, pointer, long, pointer, long],
    }[name]
    return found
