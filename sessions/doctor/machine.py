"""Checks of the machine and the terminal: logout policy, BLAS threads, space, sizes, colours. Changes nothing."""

import getpass
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from sessions.doctor.findings import Finding, fine, note, wrong

__all__ = ["examine_logout", "examine_machine", "examine_terminal"]

_LOGIND = ("usr/lib/systemd/logind.conf", "etc/systemd/logind.conf")
_LOGIND_MORE = ("usr/lib/systemd/logind.conf.d", "run/systemd/logind.conf.d", "etc/systemd/logind.conf.d")
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_LEAST = (80, 24)
_LITTLE_SPACE = 200 << 20


def examine_machine(root: Path) -> list[Finding]:
    """Logout policy, threads, space where sessions are kept, and sessions that were never finished."""
    return [*examine_logout(Path("/"), _user()), _threads(os.environ), _space(root), *_unfinished(root)]


def examine_logout(system: Path, user: str) -> list[Finding]:
    """Whether training goes on after logout, by the settings below `system` (`/`)."""
    if not _kills_at_logout(system):
        return [fine("machine", "training goes on after logout")]
    if (system / "var/lib/systemd/linger" / user).exists():
        return [fine("machine", "training goes on after logout: this user lingers")]
    return [
        wrong(
            "machine",
            "at logout systemd ends all of a user's processes (KillUserProcesses=yes): training ends with them",
            f"`loginctl enable-linger {user}` lets them go on; what is ended can be resumed",
        )
    ]


def _kills_at_logout(system: Path) -> bool:
    """The last word of logind's files; systemd's own default is no."""
    more = (sorted((system / folder).glob("*.conf"), key=lambda path: path.name) for folder in _LOGIND_MORE)
    files = [*(system / name for name in _LOGIND), *(path for paths in more for path in paths)]
    words = [word for path in files for word in _settings(path, "KillUserProcesses")]
    return bool(words) and words[-1].lower() in ("yes", "true", "on", "1")


def _settings(path: Path, name: str) -> Iterable[str]:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        key, equals, value = line.partition("=")
        if equals and key.strip() == name:
            yield value.strip()


def _threads(environment: Mapping[str, str]) -> Finding:
    cores = os.cpu_count() or 1
    words = f"{cores} processor cores; each worker trains with one BLAS thread"
    other = [f"{name}={environment[name]}" for name in _THREADS if environment.get(name, "1") != "1"]
    return fine("machine", f"{words}, whatever the environment says ({', '.join(other)})" if other else words)


def _space(root: Path) -> Finding:
    home = next(each for each in (root, *root.parents) if each.exists())
    free = shutil.disk_usage(home).free
    words = f"{free / 2**30:.1f} GiB are free where sessions are kept ({root})"
    return fine("machine", words) if free > _LITTLE_SPACE else wrong("machine", words, "free some space")


def _unfinished(root: Path) -> list[Finding]:
    return [
        note("machine", f"{each} is left of a session that was never finished", "remove it unless one is being made")
        for each in sorted(root.glob(".new-*"))
    ]


def examine_terminal(
    is_terminal: bool, environment: Mapping[str, str] = os.environ, size: tuple[int, int] | None = None
) -> list[Finding]:
    """Type, size, characters and colours; one note if there is no terminal at all."""
    if not is_terminal:
        return [note("terminal", "the output goes to no terminal, so it is not checked")]
    found = [_type(environment), _size(size or tuple(shutil.get_terminal_size())), _characters(environment)]
    return [*found, _colours(environment)]


def _type(environment: Mapping[str, str]) -> Finding:
    term = environment.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        return wrong("terminal", f"TERM is {term!r}: no dashboard can be drawn", "set TERM, such as xterm-256color")
    return fine("terminal", f"TERM is {term}")


def _size(size: tuple[int, ...]) -> Finding:
    columns, lines = size
    words = f"{columns}×{lines} characters"
    if columns < _LEAST[0] or lines < _LEAST[1]:
        return note("terminal", words, f"the dashboard wants {_LEAST[0]}×{_LEAST[1]}: enlarge the window")
    return fine("terminal", words)


def _characters(environment: Mapping[str, str]) -> Finding:
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if "utf-8" in locale.lower().replace("utf8", "utf-8"):
        return fine("terminal", f"UTF-8 ({locale})")
    return note(
        "terminal", f"the locale {locale!r} is not UTF-8", "set LANG to one that ends in .UTF-8 for α and curves"
    )


def _colours(environment: Mapping[str, str]) -> Finding:
    if environment.get("NO_COLOR"):
        return note("terminal", "NO_COLOR is set: the dashboard is drawn without colours")
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return fine("terminal", "16 million colours")
    if "256" in environment.get("TERM", ""):
        return fine("terminal", "256 colours")
    return note("terminal", "16 colours by TERM", "set COLORTERM=truecolor if the terminal has more")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
