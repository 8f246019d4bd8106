"""Where things are kept: ROOT, the session folders below it, and the fit folders below those.

Only names and checks; reads and writes nothing but directories.
"""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from engine.errors import NotFoundError, UsageError, WorkError

__all__ = [
    "FitKey",
    "SessionFolder",
    "check_session_name",
    "default_root",
    "find_session",
    "list_sessions",
    "no_session_in",
]

_MOST_NAMED = 8
_NAME = re.compile(r"[\w][\w .+-]{0,63}", re.UNICODE)


@dataclass(frozen=True, slots=True, order=True)
class FitKey:
    """Names one fit of a session."""

    experiment: int
    fit: int


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """The layout of one session's folder."""

    path: Path

    @property
    def name(self) -> str:
        """The session's name is its folder's."""
        return self.path.name

    @property
    def word(self) -> str:
        """Its name as a command line takes it: quoted where it holds a space."""
        return shlex.quote(self.name)

    @property
    def history(self) -> Path:
        """The journal of the TinyDB database."""
        return self.path / "history.jsonl"

    @property
    def data(self) -> Path:
        """Folder of the data's description, copy and split."""
        return self.path / "data"

    @property
    def description(self) -> Path:
        """What the data is; with it a history that is gone can be rebuilt."""
        return self.data / "description.json"

    @property
    def table(self) -> Path:
        """The split, and the copy of the data where it was small enough."""
        return self.data / "table.npz"

    @property
    def looks(self) -> Path:
        """Folder with a file for each look at the test rows, beside what the history says of them."""
        return self.path / "looks"

    @property
    def conductor_lock(self) -> Path:
        """Held for life by the one conductor."""
        return self.path / "conductor.lock"

    @property
    def presence_lock(self) -> Path:
        """Held, shared, by every dashboard that is open on the session: its conductor stays ready."""
        return self.path / "presence.lock"

    @property
    def heartbeat(self) -> Path:
        """The conductor's sign of life."""
        return self.path / "conductor.heartbeat"

    @property
    def conductor_log(self) -> Path:
        """What the conductor and its workers print."""
        return self.path / "conductor.log"

    @property
    def is_lost(self) -> bool:
        """Whether it holds what only a session does, and no history: its data's files, or a fit that was begun."""
        if self.history.exists():
            return False
        return self.description.exists() or self.table.exists() or any(self.path.glob("fits/*/*/spec.json"))

    def experiment(self, number: int) -> Path:
        """Folder of one experiment's fits."""
        return self.path / "fits" / str(number)

    def fit(self, key: FitKey) -> Path:
        """Folder of one fit."""
        return self.experiment(key.experiment) / str(key.fit)

    def begun(self) -> set[int]:
        """Numbers of the experiments that have a folder, whether the history knows them or not."""
        try:
            return {int(each.name) for each in (self.path / "fits").iterdir() if each.name.isdecimal()}
        except FileNotFoundError:
            return set()


def default_root() -> Path:
    """`$TUNEDECK_HOME`, else the platform's user data directory."""
    home = os.environ.get("TUNEDECK_HOME")
    if home:
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("tunedeck")


def check_session_name(name: str) -> str:
    """The name itself if it can be a folder's. Raises UsageError."""
    if _NAME.fullmatch(name) and not name.endswith((" ", ".")):
        return name
    raise UsageError(
        f"The session name {name!a} is not allowed: use up to 64 letters, digits, '_', '-', '.', '+' or spaces, "
        "beginning with a letter or digit."
    )


def find_session(root: Path, name: str, *, even_lost: bool = False) -> SessionFolder:
    """The folder of an existing session, `even_lost` one whose history is gone. Raises UsageError or NotFoundError."""
    folder = SessionFolder(root / check_session_name(name))
    if folder.history.exists() or (even_lost and folder.is_lost):
        return folder
    if folder.path.exists():
        raise NotFoundError(no_session_in(folder))
    names = [each.name for each in list_sessions(root)]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    known = ", ".join(names[:_MOST_NAMED]) + more or "none yet"
    raise NotFoundError(f"There is no session {name!r} (sessions: {known}); `tunedeck new` makes one.")


def no_session_in(folder: SessionFolder) -> str:
    """The sentence about a folder that is there and holds no history."""
    if folder.is_lost:
        return (
            f"The session {folder.name!r} has lost its {folder.history.name}: "
            f"`tunedeck doctor {folder.word} --repair` rebuilds it from the folders of its fits."
        )
    return f"The folder {folder.path} holds no session: move it away, or choose another name."


def list_sessions(root: Path, *, even_lost: bool = False) -> list[SessionFolder]:
    """Every session below ROOT, the one touched last first."""
    try:
        folders = [SessionFolder(each) for each in root.iterdir() if _NAME.fullmatch(each.name)]
        found = [each for each in folders if each.history.exists() or (even_lost and each.is_lost)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WorkError(
            f"The folder {root} cannot be read ({error.strerror}): check --root and its permissions."
        ) from None
    return sorted(found, key=_touched, reverse=True)


def _touched(folder: SessionFolder) -> float:
    try:
        return folder.history.stat().st_mtime
    except OSError:
        return 0.0
