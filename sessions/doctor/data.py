"""Checks the data of one session: whether it is there, and is what the session was made with. Changes nothing."""

import shlex
from collections.abc import Iterator

from engine.data.words import listed, quoted
from engine.errors import WorkError
from sessions.data_check import differences
from sessions.data_folder import DataShelf
from sessions.doctor.findings import Finding, wrong
from sessions.fits.fit_folder import FitFolder
from sessions.paths import SessionFolder
from sessions.records import SessionInfo

__all__ = ["examine_data"]


def examine_data(folder: SessionFolder, info: SessionInfo | None) -> Iterator[Finding]:
    """Open the data and compare it with its description, and that with what the history says (None: it is lost)."""
    shelf = DataShelf(folder)
    try:
        about = shelf.description
    except WorkError as error:
        yield wrong(folder.name, f"{error} {_still_known(folder, info)}", _again(folder, info, "description.json"))
        return
    found = [] if info is None else differences(about, info)
    if found:
        said = "; ".join(f"it says {name} {said!r}, the history {known!r}" for name, said, known in found)
        remedy = f"one of them is of another session, or was edited: {_again(folder, info, 'description.json')}"
        yield wrong(folder.name, f"{folder.description} does not fit the history: {said}", remedy)
        return  # data that fits the history does not fit such a description
    try:
        _ = shelf.split
        if about["is_copied"]:
            _ = shelf.table
    except WorkError as error:
        remedy = _again(folder, info, "table.npz", about.get("missing", "fill"))
        yield wrong(folder.name, f"{error} Until then nothing is trained or scored", remedy)
        return
    try:
        _ = shelf.table
    except WorkError as error:
        remedy = f"put it back as {quoted(about['source'])}, just as it was; history and curves are intact"
        yield wrong(folder.name, f"{error} Until then nothing is trained or scored", remedy)


def _still_known(folder: SessionFolder, info: SessionInfo | None) -> str:
    """What the history, or else a fit, tells of data whose description is lost."""
    if info is None:
        specs = (FitFolder(path.parent).read_spec() for path in sorted(folder.path.glob("fits/*/*/spec.json")))
        known = next((f"Its fits tell only the data's fingerprint, {spec.fingerprint}" for spec in specs if spec), "")
        return known or "Nothing else tells what the data was"
    classes = f", classes {listed(info.classes)}" if info.classes else ""
    return (
        f"The history still tells: {info.task.value} on {quoted(info.source)}, target {quoted(info.target)}{classes}, "
        f"{info.features} features, scale {info.scale}, score {info.score_name}, fingerprint {info.fingerprint}. "
        "Until then nothing is trained, scored or predicted"
    )


def _again(folder: SessionFolder, info: SessionInfo | None, lost: str, missing: str = "fill") -> str:
    """How to come by a file of data/ that is lost, without a copy perhaps."""
    restore = f"restore data/{lost} from a copy of the session"
    if info is None:
        return f"{restore}; without one, make a new session from the data's source"
    options = {
        "data": info.source,
        "missing": missing,
        "target": info.target,
        "task": info.task.value,
        "split": ",".join(f"{part:g}" for part in info.split),
        "scale": info.scale,
        "score": info.score_name,
        "seed": str(info.seed),
    }
    if info.positive is not None:
        options["positive"] = info.positive
    words = " ".join(f"--{name} {shlex.quote(value)}" for name, value in options.items())
    name = shlex.quote(f"{folder.name}-again"[-64:])
    return (
        f"{restore}; without one, `tunedeck new {name} {words}` reads the source again: "
        f"if that is unchanged, its data/{lost} may be copied here, and this check tells whether it fits"
    )
