"""What is said when the history cannot be read or written: one sentence naming the file and what to do.

Never decides what happens next; it only words it.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import WorkError

__all__ = ["StoreError", "explain", "spoken"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


class StoreError(WorkError):
    """The history could not be read or written; what it held before is intact."""


def explain(fault: OSError, path: Path) -> StoreError:
    """The sentence for a failed operation on `path`."""
    if fault.errno in _FULL:
        reason = (
            "the disk is full or a size limit is reached; what was there before is intact: free some space, try again"
        )
    elif fault.errno in _REFUSED:
        reason = "it is read-only for this user; what was there before is intact: make the folder writable or copy it"
    elif fault.errno in _GONE:
        reason = "the file or its folder has vanished: put the folder back where it was, or restore it from a copy"
    elif fault.errno in _NO_LOCKS:
        reason = "locks do not work on this file system: move the session to a local disk"
    else:
        reason = f"{(fault.strerror or type(fault).__name__).lower()}: check the disk, then try again"
    return StoreError(f"{path} cannot be used: {reason}.")


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn an OSError about `path` into a StoreError."""
    try:
        yield
    except OSError as fault:
        raise explain(fault, path) from fault
