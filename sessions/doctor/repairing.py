"""Mends what can be mended in one session. Whatever is replaced is kept, in `archive/` or `quarantine/`."""

import contextlib
import shutil
import time
from collections.abc import Iterator

from engine.errors import WorkError
from sessions.background.reconciling import reconcile, settle
from sessions.background.starting import conductor_is_alive, ensure_conductor
from sessions.doctor.checking import fit_keys, is_working, leftovers, open_to_others
from sessions.doctor.findings import Finding, note, wrong
from sessions.doctor.rebuilding import rebuilt_experiments, rebuilt_info
from sessions.fits.curve_check import check_curve, intact_records
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.ledger import mend_ledger
from sessions.liveness import LifeLock
from sessions.paths import FitKey, SessionFolder
from sessions.quarantine import aside
from sessions.records import State
from sessions.store import FILE_MODE, FOLDER_MODE, DamageKind, Disk, StoreError, atomic_write
from sessions.store.restarting import put_history_aside

__all__ = ["repair_session"]

_GONE_WITHIN_S = 5.0


def repair_session(folder: SessionFolder) -> list[Finding]:
    """Mend it; what was done, a finding each. What cannot be mended is found again by the next examination."""
    try:
        # Only a folder whose history opens, or is rebuilt, is a session's: no other one's permissions are touched.
        return [*_end_the_halted(folder), *_history(folder), *_private(folder), *_curves(folder), *_tidy(folder)]
    except (OSError, WorkError) as error:
        return [wrong(folder.name, f"mending ended early: {error}", "put that right, then start it again")]


def _private(folder: SessionFolder) -> Iterator[Finding]:
    others = open_to_others(folder.path)
    for each in others:
        each.chmod(FOLDER_MODE if each.is_dir() else FILE_MODE)
    if others:
        yield note(folder.name, f"mended: {len(others)} files and folders are private now")


def _end_the_halted(folder: SessionFolder) -> Iterator[Finding]:
    """A conductor that holds its lock and does nothing is ended, if its pid is still that very process."""
    if not conductor_is_alive(folder) or is_working(folder):
        return
    owner = LifeLock(folder.conductor_lock).end_owner()
    if owner is None:
        return
    until = time.monotonic() + _GONE_WITHIN_S
    while conductor_is_alive(folder) and time.monotonic() < until:
        time.sleep(0.02)
    yield note(folder.name, f"mended: the halted conductor (process {owner.pid}) was ended")


def _history(folder: SessionFolder) -> Iterator[Finding]:
    history, words = _open_or_begin(folder)
    yield from words
    try:
        if history.damage and not history.read_only:
            history.rewrite()
            yield note(folder.name, "mended: the history was written anew; its predecessor is in archive/")
        yield from _put_back(history)
        before = [each.state for each in history.unfinished()]
        reconcile(history)
        _take_in_results(history)
        history.refresh()
        if before != [each.state for each in history.unfinished()]:
            yield note(folder.name, "mended: fits that no process trains are settled")
        if any(each.state is State.QUEUED and not each.held for each in history.unfinished()):
            ensure_conductor(folder)
    finally:
        history.close()


def _take_in_results(history: History) -> None:
    """A fit that has its result only waits in the history because that lost what came after: never train it again."""
    with history.group():
        for experiment in history.unfinished():
            for fit in experiment.fits:
                key = FitKey(experiment.number, fit.number)
                has_result = FitFolder(history.folder.fit(key)).result_of(experiment.uid) is not None
                if fit.state is State.QUEUED and has_result:
                    settle(history, key)


def _open_or_begin(folder: SessionFolder) -> tuple[History, list[Finding]]:
    """The history; a new one if it is gone or another program's file stands in its place."""
    with contextlib.suppress(StoreError):
        history = History.open(folder)
        if all(each.kind is not DamageKind.FOREIGN for each in history.damage):
            return history, []
        history.close()
    if conductor_is_alive(folder):
        raise WorkError("its history cannot be read while its conductor lives: end that first")
    info = rebuilt_info(folder)
    aside = put_history_aside(folder.history)
    where = f"; what was there is {aside}" if aside else ""
    return History.create(folder, info), [note(folder.name, f"mended: a new history was begun{where}")]


def _put_back(history: History) -> Iterator[Finding]:
    history.refresh()
    if not history.has_info():
        history.set_info(rebuilt_info(history.folder))
        yield note(history.folder.name, "mended: its description is rebuilt from data/")
    known = {each.number for each in history.experiments()}
    lost = {key for key in fit_keys(history.folder) if key.experiment not in known}
    experiments = rebuilt_experiments(history.folder, history.info, lost)
    if experiments:
        history.put_back(experiments)
        shown = ", ".join(f"#{each.number}" for each in experiments[:10])
        more = f" and {len(experiments) - 10} more" if len(experiments) > 10 else ""
        without = "conclusions and sweeps" if any(each.sweep for each in experiments) else "conclusions"
        yield note(history.folder.name, f"mended: {shown}{more} are back in the history, without their {without}")
    ledger = mend_ledger(history)
    if ledger.lost:
        looks = ", ".join(str(look.number) for look in ledger.lost)
        yield note(history.folder.name, f"mended: back in the ledger of looks at the test rows: look {looks}")
    if ledger.single:
        looks = ", ".join(str(look.number) for look in ledger.single)
        yield note(history.folder.name, f"mended: kept in looks/ beside the history: look {looks}")


def _curves(folder: SessionFolder) -> Iterator[Finding]:
    for key in sorted(fit_keys(folder)):
        files = FitFolder(folder.fit(key))
        spec = files.read_spec()
        lock = files.life_lock()
        if spec is None or files.is_being_trained() or not check_curve(files.curve_path, spec.layers).damaged:
            continue
        if lock.acquire():
            try:
                yield _mended_curve(folder, key, files, spec.layers)
            finally:
                lock.release()


def _mended_curve(folder: SessionFolder, key: FitKey, files: FitFolder, layers: int) -> Finding:
    kept = aside(folder, files.curve_path)
    shutil.copyfile(files.curve_path, kept)
    kept.chmod(FILE_MODE)
    atomic_write(files.curve_path, intact_records(files.curve_path, layers), Disk())
    return note(
        folder.name,
        f"mended: the curve of fit {key.fit} of #{key.experiment} holds its intact points; it was put aside as {kept}",
    )


def _tidy(folder: SessionFolder) -> Iterator[Finding]:
    left = leftovers(folder)
    for each in left:
        Disk().replace(each, aside(folder, each))
    if left:
        yield note(folder.name, f"mended: {len(left)} files of unfinished writes were moved to quarantine/")
