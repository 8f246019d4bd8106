"""Checks one session: journal, data, processes, curves, folders, permissions, space. Changes nothing."""

import shlex
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.archives import ARCHIVE_DAMAGE
from sessions.background.heartbeat import read_beat
from sessions.background.starting import conductor_is_alive, is_attended
from sessions.doctor.data import examine_data
from sessions.doctor.findings import Finding, fine, note, wrong
from sessions.fits.curve_check import check_curve
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.ledger import Ledger
from sessions.liveness import read_owner
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Fit, State
from sessions.store import StoreError
from sessions.surroundings import troubles

__all__ = ["examine_session", "fit_keys", "is_working", "leftovers", "open_to_others"]

PATIENCE_S = 3.0
"""A working conductor gives a sign of life every second, also on a busy machine."""


def examine_session(folder: SessionFolder) -> list[Finding]:
    """Everything there is to say about a session; a single finding of severity FINE if all is well."""
    found = [*_journal(folder), *_processes(folder), *_surroundings(folder)]
    return found or [fine(folder.name, "all is well")]


def _journal(folder: SessionFolder) -> Iterator[Finding]:
    name = folder.name
    try:
        history = History.open(folder)
    except StoreError as error:
        yield wrong(name, str(error), _repair(name, "rebuilds the history from the folders of its fits"))
        yield from examine_data(folder, None)
        return
    try:
        yield from _damage(history)
        history.refresh()
        if not history.has_info():
            yield wrong(name, "its description is missing from the history", _repair(name, "rebuilds it from data/"))
        yield from examine_data(folder, history.info if history.has_info() else None)
        yield from _looks(history)
        yield from _fits(history)
    finally:
        history.close()


def _damage(history: History) -> Iterator[Finding]:
    name = history.folder.name
    if history.read_only:
        yield wrong(name, history.read_only, _repair(name, "mends it if it can"))
    for each in history.damage:
        if each.is_harmless:
            yield note(name, each.sentence, _repair(name, "writes the file anew without it"))
        else:
            yield wrong(name, each.sentence, _repair(name, "writes what is intact anew and puts lost experiments back"))


def _looks(history: History) -> Iterator[Finding]:
    name, ledger = history.folder.name, Ledger.of(history)
    for look in ledger.lost:
        text = f"look {look.number} at the test rows is missing from the history"
        yield wrong(name, text, _repair(name, f"puts it back from looks/{look.number}.json"))
    for number in ledger.unreadable:
        text = f"look {number} at the test rows is lost: looks/{number}.json is damaged, the history does not know it"
        yield wrong(name, text, "restore it from a copy of the session; the test rows have been seen all the same")
    for look in ledger.single:
        text = f"look {look.number} at the test rows is in the history alone"
        yield note(name, text, _repair(name, f"keeps it in looks/{look.number}.json, too"))


def _fits(history: History) -> Iterator[Finding]:
    folder, name = history.folder, history.folder.name
    known = {
        FitKey(experiment.number, fit.number): (experiment, fit)
        for experiment in history.experiments()
        for fit in experiment.fits
    }
    on_disk = fit_keys(folder)
    for key in sorted(on_disk - known.keys()):
        yield wrong(name, f"{folder.fit(key)} belongs to no experiment", _repair(name, "puts the experiment back"))
    for key, (experiment, fit) in sorted(known.items()):
        if key not in on_disk:
            if fit.epochs > 0:
                yield wrong(
                    name,
                    f"the folder {folder.fit(key)} with the curve of #{key.experiment} is missing",
                    "restore it from a copy of the session; its figures in the history are intact",
                )
        else:
            yield from _fit(folder, key, experiment, fit)


def _fit(folder: SessionFolder, key: FitKey, experiment: Experiment, fit: Fit) -> Iterator[Finding]:
    files, name = FitFolder(folder.fit(key)), folder.name
    words = f"fit {key.fit} of #{key.experiment}"
    spec = files.read_spec()
    if spec is None:
        if fit.epochs > 0:
            yield wrong(name, f"{words} has lost its spec.json, its curve cannot be read", "restore it from a copy")
        return
    if spec.uid != experiment.uid:
        yield wrong(
            name,
            f"the folder of {words} belongs to another experiment of that number",
            "the session was mixed with another one: restore fits/ from a copy",
        )
        return
    if files.is_being_trained():
        return
    check = check_curve(files.curve_path, spec.layers)
    if check.damaged:
        text = f"the curve of {words} has {check.damaged} damaged points of {check.points}"
        yield wrong(name, text, _repair(name, "keeps the intact ones"))
    elif check.torn_bytes:
        yield note(name, f"the curve of {words} ends in {check.torn_bytes} bytes of an unfinished point", "")
    if fit.state is State.FINISHED and not check.damaged and check.points < fit.epochs + 1:
        if fit.curve_is_complete:
            text = f"the curve of {words} has {check.points} points of {fit.epochs + 1}"
            yield wrong(name, text, f"{_again(folder, key)}, with the same curve")
        else:
            yield note(name, f"the curve of {words} is incomplete: the disk did not take some of its points")
    if files.read_result() is not None and not _is_whole(files.path / "best.npz"):
        yield wrong(name, f"{words} has lost best.npz, the parameters it learned", _again(folder, key))


def _again(folder: SessionFolder, key: FitKey) -> str:
    return f"`tunedeck run {folder.word} --parent {key.experiment}` trains it again"


def _is_whole(path: Path) -> bool:
    """Whether an archive is there and its content is what was written."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, *ARCHIVE_DAMAGE):
        return False


def fit_keys(folder: SessionFolder) -> set[FitKey]:
    """Every fit folder there is that was begun."""
    return {
        FitKey(int(each.parent.name), int(each.name))
        for each in folder.path.glob("fits/*/*")
        if each.name.isdecimal() and each.parent.name.isdecimal() and (each / "spec.json").exists()
    }


def _processes(folder: SessionFolder) -> Iterator[Finding]:
    name = folder.name
    if conductor_is_alive(folder):
        if not is_working(folder):
            owner = read_owner(folder.conductor_lock)
            pid = f" (process {owner.pid})" if owner else ""
            text = (
                f"its conductor{pid} is alive but has not worked for {PATIENCE_S:g} s: it is halted, or its disk hangs"
            )
            yield wrong(name, text, _repair(name, "ends it; another one goes on with its work"))
        return
    try:
        history = History.open(folder)
    except StoreError:
        return
    history.refresh()
    for experiment in history.unfinished():
        for fit in experiment.fits:
            key = FitKey(experiment.number, fit.number)
            if fit.state is State.RUNNING and not FitFolder(folder.fit(key)).is_being_trained():
                text = f"fit {key.fit} of #{key.experiment} is said to be running, but no process trains it"
                yield wrong(name, text, _repair(name, "marks it as interrupted, to be resumed"))
    if not is_attended(folder):
        for sweep in history.sweeps.all():
            if sweep.state is State.RUNNING:
                text = f"sweep {sweep.number} is said to be running, but no process goes on with it"
                yield wrong(name, text, f"`tunedeck sweep {folder.word} --resume {sweep.number}` goes on with it")
    waiting = [f"#{each.number}" for each in history.unfinished() if each.state is State.QUEUED and not each.held]
    if waiting:
        shown = ", ".join(waiting[:5]) + (f" and {len(waiting) - 5} more" if len(waiting) > 5 else "")
        yield wrong(name, f"{shown} wait, but no conductor lives", _repair(name, "starts one"))
    history.close()


def is_working(
    folder: SessionFolder,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Watch the living conductor's heartbeat for a few seconds; True as soon as it moves, or the conductor leaves."""
    before = read_beat(folder.heartbeat)
    until = clock() + PATIENCE_S
    while clock() < until:
        sleep(0.1)
        now = read_beat(folder.heartbeat)
        is_moving = now is not None and (before is None or now.count != before.count)
        if is_moving or not conductor_is_alive(folder):
            return True
    return False


def _surroundings(folder: SessionFolder) -> Iterator[Finding]:
    name = folder.name
    for trouble in troubles(folder, conductor_alive=conductor_is_alive(folder)):
        yield wrong(name, trouble, "free some space, or make the folder writable")
    others = open_to_others(folder.path)
    if others:
        text = f"{len(others)} of its files and folders can be read by other users, such as {others[0]}"
        yield wrong(name, text, _repair(name, "makes them private"))
    left = leftovers(folder)
    if left:
        text = f"{len(left)} files of unfinished writes are left over, such as {left[0]}"
        yield note(name, text, _repair(name, "moves them to quarantine/"))


def open_to_others(path: Path) -> list[Path]:
    """Files and folders that others than the owner may read or write."""
    return [each for each in (path, *sorted(path.rglob("*"))) if not each.is_symlink() and each.stat().st_mode & 0o077]


def leftovers(folder: SessionFolder) -> list[Path]:
    """Temporary files of writers that are no more: nobody of ours lives, or the process in the name does not."""
    alive = conductor_is_alive(folder)
    found = (each for each in folder.path.rglob(".*.tmp") if "quarantine" not in each.parts)
    return [each for each in found if not alive and not _lives(each)]


def _lives(path: Path) -> bool:
    pid = path.name.removesuffix(".tmp").rpartition(".")[2].partition("-")[0]
    return pid.isdecimal() and Path(f"/proc/{pid}").exists()


def _repair(name: str, does: str) -> str:
    return f"`tunedeck doctor {shlex.quote(name)} --repair` {does}"
