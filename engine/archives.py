"""What reading a damaged `.npz` raises. Reads nothing, and needs no NumPy."""

import tokenize
import zipfile
import zlib

__all__ = ["ARCHIVE_DAMAGE"]

ARCHIVE_DAMAGE = (
    *(ValueError, EOFError, KeyError, SyntaxError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)
"""Besides OSError. One bit turns version, compression or encryption into one that `zipfile` refuses by a RuntimeError
(NotImplementedError is one), or the header of an array into Python that ends too early, a TokenError."""
