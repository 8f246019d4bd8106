"""The history of one session: its experiments as typed records over TinyDB documents.

The only module besides the store that knows TinyDB. Memory mirrors the journal: a look costs only what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from tinydb.table import Document as TinyDocument
from tinydb.table import Table

from engine.errors import NotFoundError, UsageError, WorkError
from sessions.collection import Collection
from sessions.documents import (
    Document,
    experiment_from_document,
    experiment_to_document,
    info_from_document,
    info_to_document,
    look_from_document,
    look_to_document,
    overwrite,
)
from sessions.paths import SessionFolder
from sessions.records import Experiment, Look, SessionInfo
from sessions.store import Damage, Store, open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sessions.search.records import Sweep

__all__ = ["History"]


class History:
    """One session's documents. Safe for any number of processes; each method acknowledges only what is durable."""

    def __init__(self, folder: SessionFolder, store: Store) -> None:
        self.folder = folder
        self._store = store
        self._mark = 0
        self._has_news = False
        """Something changed since `has_news` was asked."""
        self._experiments: dict[int, Experiment] = {}
        self._document_ids: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._unfinished: set[int] = set()
        self._trials: dict[int, set[int]] = {}
        self._info: SessionInfo | None = None
        write = self.transaction
        self.sweeps: Collection[Sweep] = Collection(store, "sweeps", _sweep_to_document, _sweep_from_document, write)
        self.looks: Collection[Look] = Collection(store, "looks", look_to_document, look_from_document, write)

    @classmethod
    def create(cls, folder: SessionFolder, info: SessionInfo) -> Self:
        """Begin the history of a new session. Raises UsageError if there is one already."""
        history = cls(folder, open_store(folder.history))
        with history._store.transaction():
            if history._sessions.all():
                raise UsageError(f"The session {folder.name!r} exists already: choose another name.")
            history._sessions.insert(info_to_document(info))
        return history

    @classmethod
    def open(cls, folder: SessionFolder) -> Self:
        """The history of an existing session. Raises NotFoundError or WorkError."""
        return cls(folder, open_store(folder.history, must_exist=True))

    def close(self) -> None:
        """Free the files."""
        self._store.close()

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What is wrong with the file."""
        return self._store.damage

    @property
    def read_only(self) -> str | None:
        """Why nothing can be written, in one sentence; None if it can as far as is known."""
        return self._store.read_only

    def rewrite(self) -> None:
        """Write the file anew with what is intact; the predecessor is kept in `archive/`. Raises StoreError."""
        self._store.compact()

    @property
    def messages(self) -> tuple[str, ...]:
        """What a person must be told of the store: damage, read-only."""
        read_only = (self._store.read_only,) if self._store.read_only else ()
        return (*read_only, *(each.sentence for each in self._store.damage))

    @property
    def info(self) -> SessionInfo:
        """What the session is about. Raises WorkError if its document is lost."""
        if self._info is None:
            self.require_info()
            self._info = info_from_document(self.folder.name, self._sessions.all()[0])
        return self._info

    def has_info(self) -> bool:
        """Whether the session's own document is there."""
        return len(self._sessions) > 0

    def require_info(self) -> None:
        """Raise WorkError if the session's own document is lost: nothing is read or written without."""
        if not self.has_info():
            raise WorkError(
                f"The session {self.folder.name!r} has lost its description: "
                f"`tunedeck doctor {self.folder.word} --repair` rebuilds it."
            )

    def set_info(self, info: SessionInfo) -> None:
        """Write the session's own document, where it was lost."""
        self._sessions.insert(info_to_document(info))

    def put_back(self, experiments: Iterable[Experiment]) -> None:
        """Keep experiments under the numbers they had before the history lost them; one durable write."""
        with self.group():
            self._insert(list(experiments))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the writer's lock over a look and the writes that rest on it; every write after the first goes this way.

        Raises WorkError if the session's own document is lost: what is written then stands in the way of its repair.
        """
        with self._store.transaction():
            self.require_info()
            yield

    @contextmanager
    def group(self) -> Iterator[None]:
        """Several writes as one durable write, all or nothing."""
        try:
            with self._writing(), self._store.group():
                yield
        except BaseException:
            self._mark = 0  # what was taken in ahead of the commit must not be believed
            self.sweeps.forget()
            self.looks.forget()
            raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Under the writer's lock, beginning with what others wrote; what is written inside must be in memory already.

        So it is not read back: nobody else can have written meanwhile.
        """
        with self.transaction():
            self.refresh()
            yield
            if self._mark:  # else a group inside has failed, and memory must not be believed
                self._mark = self._store.changes("experiments", self._mark).mark

    def has_news(self) -> bool:
        """Take in what others wrote. True if any experiment, sweep or look changed since this was asked last."""
        self.refresh()
        has_news, self._has_news = self._has_news, False
        return has_news

    def refresh(self) -> None:
        """Take in what others wrote."""
        self._store.refresh()
        has_news = self.sweeps.refresh()
        self._has_news = self.looks.refresh() or has_news or self._has_news
        changes = self._store.changes("experiments", self._mark)
        if changes.mark == self._mark:
            return
        if changes.whole:
            self._experiments.clear()
            self._document_ids.clear()
            self._numbers.clear()
            self._unfinished.clear()
            self._trials.clear()
            for document in self._table.all():
                self._take(document)
        for document_id in changes.removed:
            self._forget(document_id)
        for document_id in () if changes.whole else changes.put:
            found = self._table.get(doc_id=document_id)
            if isinstance(found, TinyDocument):
                self._take(found)
        self._mark = changes.mark
        self._has_news = True

    def experiments(self) -> tuple[Experiment, ...]:
        """All experiments as of the last refresh, by number; unchanged ones are the same objects as before."""
        return tuple(self._experiments[number] for number in sorted(self._experiments))

    def unfinished(self) -> tuple[Experiment, ...]:
        """Those that are queued, running or paused as of the last refresh, by number."""
        return tuple(self._experiments[number] for number in sorted(self._unfinished))

    def trials(self, sweep: int) -> tuple[Experiment, ...]:
        """The experiments of a sweep as of the last refresh, by number."""
        return tuple(self._experiments[number] for number in sorted(self._trials.get(sweep, ())))

    def sweep(self, number: int) -> Sweep:
        """One sweep, fresh. Raises NotFoundError."""
        self.refresh()
        found = self.sweeps.get(number)
        if found is None:
            last = len(self.sweeps.all())
            have = f"they go from 1 to {last}" if last else "it has none yet"
            raise NotFoundError(f"The session {self.folder.name!r} has no sweep {number}: {have}.")
        return found

    def experiment(self, number: int) -> Experiment:
        """One experiment, fresh. Raises NotFoundError."""
        self.refresh()
        if number not in self._experiments:
            last = max(self._experiments, default=0)
            have = f"they go from 1 to {last}" if last else "it has none yet"
            raise NotFoundError(f"The session {self.folder.name!r} has no experiment {number}: {have}.")
        return self._experiments[number]

    def add(
        self, drafts: Iterable[Experiment], prepare: Callable[[Experiment], None] | None = None
    ) -> list[Experiment]:
        """Give each draft its running number and keep it; one durable write. `prepare` may lay out files first.

        No number is given that has a folder of fits: it is that of an experiment which the history has lost.
        """
        with self.group():
            free = self._free_numbers()
            added = [replace(draft, number=next(free)) for draft in drafts]
            for experiment in added:
                if prepare is not None:
                    prepare(experiment)
            self._insert(added)
        return added

    def _free_numbers(self) -> Iterator[int]:
        """Ever higher ones; under the writer's lock they are this process's own."""
        last = max(self._experiments, default=0)
        return (number for number in count(last + 1) if not self.folder.experiment(number).exists())

    def _insert(self, experiments: Sequence[Experiment]) -> None:
        ids = self._table.insert_multiple([experiment_to_document(each) for each in experiments])
        for experiment, document_id in zip(experiments, ids, strict=True):
            self._keep(experiment, document_id)

    def change(self, number: int, transform: Callable[[Experiment], Experiment]) -> Experiment:
        """Replace an experiment by what `transform` makes of its present state, under the writer's lock."""
        with self._writing():
            before = self.experiment(number)
            after = transform(before)
            if after != before:
                fields = experiment_to_document(after)
                self._table.update(partial(overwrite, fields=fields), doc_ids=[self._document_ids[number]])
                self._keep(after, self._document_ids[number])
        return after

    def setting(self, name: str, default: int) -> int:
        """A number kept with the session (`workers`)."""
        value = self._sessions.all()[0].get("settings", {}).get(name, default)
        return value if isinstance(value, int) else default

    def set_setting(self, name: str, value: int) -> None:
        """Keep a number with the session."""
        with self.transaction():
            settings = dict(self._sessions.all()[0].get("settings", {}))
            self._sessions.update({"settings": settings | {name: value}})

    @property
    def _table(self) -> Table:
        return self._store.table("experiments")

    @property
    def _sessions(self) -> Table:
        return self._store.table("session")

    def _take(self, document: TinyDocument) -> None:
        experiment = experiment_from_document(document)
        if self._experiments.get(experiment.number) != experiment:
            self._keep(experiment, document.doc_id)

    def _keep(self, experiment: Experiment, document_id: int) -> None:
        """Hold an experiment in memory; inside a group also before it is committed."""
        self._experiments[experiment.number] = experiment
        self._document_ids[experiment.number] = document_id
        self._numbers[document_id] = experiment.number
        self._has_news = True
        if experiment.sweep is not None:
            self._trials.setdefault(experiment.sweep, set()).add(experiment.number)
        if experiment.state.is_over:
            self._unfinished.discard(experiment.number)
        else:
            self._unfinished.add(experiment.number)

    def _forget(self, document_id: int) -> None:
        number = self._numbers.pop(document_id, None)
        if number is not None:
            gone = self._experiments.pop(number, None)
            if gone is not None and gone.sweep is not None:
                self._trials[gone.sweep].discard(number)
            self._unfinished.discard(number)
            self._document_ids.pop(number, None)


def _sweep_to_document(sweep: Sweep) -> Document:
    from sessions.search.documents import sweep_to_document

    return sweep_to_document(sweep)


def _sweep_from_document(document: Mapping[str, Any]) -> Sweep:
    from sessions.search.documents import sweep_from_document

    return sweep_from_document(document)
