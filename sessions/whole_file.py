"""Files a person asks for by name: there is the old one or the new one, whole, never a half.

And never one that the data is in, nor one of a session's own.
"""

import contextlib
import os
import stat
from pathlib import Path

from engine.errors import UsageError
from sessions.paths import SessionFolder

__all__ = ["refuse_precious", "write_whole"]


def refuse_precious(path: Path, *sources: str) -> None:
    """Raises UsageError where `path` is, under whatever name, one of the data `sources` or a file of a session."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):  # not to be found: writing it will tell
        target = path.expanduser().resolve()
        for folder in map(SessionFolder, target.parents):
            if folder.history.exists() or folder.is_lost:
                raise UsageError(
                    f"{str(path)!r} lies in the folder of the session {folder.name!r}, which is not written to "
                    "from outside: name another file with -o."
                )
        for source in sources:
            if _is_same_file(target, source):
                raise UsageError(
                    f"{str(path)!r} is the data file {source!r}, which would be lost: name another file with -o."
                )


def _is_same_file(target: Path, source: str) -> bool:
    file = Path(source).expanduser()
    # A built-in data set is no file, though a file may have its name; only a file's name has an ending.
    return bool(file.suffix) and file.exists() and target.exists() and target.samefile(file)


def write_whole(path: Path, text: str) -> None:
    """Put `text` at `path` in one step. Links are followed, a pipe or device is written to as it is.

    Raises UsageError if that cannot be done; what was there before is then intact.
    """
    try:
        target = path.expanduser().resolve()
        data = text.encode("utf-8", errors="backslashreplace")
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except (OSError, RuntimeError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"{str(path)!r} cannot be written ({reason}): name another file with -o.") from None


def _replace(target: Path, data: bytes) -> None:
    mode = _mode_of(target)
    temporary = target.with_name(f".tunedeck-{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _mode_of(target: Path) -> int | None:
    """Permissions of the file that is replaced; None if there is none. Raises OSError if it may not be written."""
    if not target.exists():
        return None
    # Renaming over a file asks only the folder for permission: a write-protected file would be lost.
    with target.open("r+b") as file:
        return stat.S_IMODE(os.fstat(file.fileno()).st_mode)
