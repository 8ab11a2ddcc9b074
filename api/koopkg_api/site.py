"""What every request needs: the settings, and the open published snapshot with its SPARQL workers."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from koopkg import snapshot
from koopkg.analyses import load_model
from koopkg.config import Settings
from koopkg.documentation import Documentation
from koopkg.errors import KoopkgError, SnapshotError
from koopkg.messages import Message
from koopkg.search import warm_up
from koopkg.snapshot import OpenSnapshot, SnapshotFiles
from koopkg.sparql import SparqlPool
from koopkg.wordlist import load_lists
from koopkg_api.sending import sending_places

__all__ = ["CurrentSnapshot", "RefusedSnapshot", "Served", "Site", "site_of"]

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
_NOTHING_PUBLISHED = Message("nothing is published; run `koopkg ingest`")
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A snapshot that is being served."""

    id: str
    opened: OpenSnapshot
    sparql: SparqlPool
    documentation: Documentation


@dataclass(frozen=True, slots=True)
class RefusedSnapshot:
    """A published snapshot that cannot be served.

    Attributes:
        snapshot: Its id; None if `CURRENT` cannot be read.
        reason: For operators, without paths.
    """

    snapshot: str | None
    reason: Message


class Site:
    """Serves what `CURRENT` names, and moves on to the next snapshot when one is published and whole, without a pause.

    Everything but the opening of a snapshot happens on the event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.refused: RefusedSnapshot | None = None
        self._served: Served | None = None
        self._requests: dict[Served, int] = {}
        """Every snapshot that is open -> requests that are being answered from it."""
        self._pointer = str(settings.data / "CURRENT")
        self._seen: tuple[int, int] | None = None
        self._moving: asyncio.Task[None] | None = None
        self.stopping = asyncio.Event()
        self.sending = sending_places(settings.workers)
        self._beside: set[asyncio.Task[None]] = set()
        """What goes on beside the requests."""

    @property
    def opened(self) -> OpenSnapshot | None:
        """The snapshot that is served, None before the first."""
        return self._served.opened if self._served else None

    def look(self) -> str | None:
        """The id of the snapshot that is served; one that was published since begins to be opened."""
        stamp = _stamp(self._pointer)
        if stamp is not None and stamp != self._seen and self._moving is None:
            self._seen = stamp
            self._moving = asyncio.create_task(self._move_on())
        return self._served.id if self._served else None

    async def look_again_and_again(self) -> None:
        """Look every second: of several processes one may have no visitor for long, and shall not fall behind the others."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def open_first(self) -> None:
        """Wait until a snapshot is served, if one is published and none is."""
        if self.look() is None:
            await self.settle()

    async def settle(self) -> None:
        """Wait until what is published has been opened or refused."""
        self.look()
        if self._moving is not None:
            await asyncio.wait([self._moving])

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Served]:
        """The snapshot to answer one request from; it stays open until the request is done.

        Raises:
            SnapshotError: Nothing is published, or what is published cannot be opened.
        """
        await self.open_first()
        served = self._served
        if served is None:
            raise SnapshotError(_NOTHING_PUBLISHED if self.refused is None else self.refused.reason)
        self._requests[served] += 1
        try:
            yield served
        finally:
            if served in self._requests:
                self._requests[served] -= 1
                self._end_if_replaced(served)

    async def close(self) -> None:
        """End what is open, whoever uses it."""
        if self._moving is not None:
            self._moving.cancel()
        self._served = None
        for opened in list(self._requests):
            self._end(opened)
        await asyncio.gather(*self._beside)

    async def _move_on(self) -> None:
        """Open what is published and serve it; if that fails in any way, go on with what is served."""
        replaced = self._served
        identifier = await _outcome(asyncio.to_thread(snapshot.current_id, self.settings.data))
        if isinstance(identifier, BaseException):
            self._refuse(None, identifier)
        elif identifier is None or (replaced is not None and replaced.id == identifier):
            self.refused = None
        else:
            files = SnapshotFiles(self.settings.snapshots_folder / identifier)
            opened = await _outcome(asyncio.to_thread(_open_whole if replaced else _open, files, self.settings))
            if isinstance(opened, BaseException):
                self._refuse(identifier, opened)
            else:
                await self._serve_with_workers(files, *opened)
        self._moving = None

    async def _serve_with_workers(self, files: SnapshotFiles, opened: OpenSnapshot, documentation: Documentation) -> None:
        workers = SparqlPool(files.graph, self.settings)
        failure = await _outcome(workers.start())
        if failure is None:
            self._serve(Served(files.folder.name, opened, workers, documentation))
        else:
            await workers.close()
            self._refuse(files.folder.name, failure)

    def _serve(self, opened: Served) -> None:
        replaced, self._served, self.refused = self._served, opened, None
        self._requests[opened] = 0
        if replaced is not None:
            self._end_if_replaced(replaced)
        for load in (load_model, load_lists):  # the first word that is not known would wait for them; the first visitor need not
            self._go_on_beside(asyncio.to_thread(load))

    def _refuse(self, identifier: str | None, error: BaseException) -> None:
        if is_told := isinstance(error, KoopkgError):
            reason = error.message
        else:
            reason = Message("it cannot be opened ({kind}); the log says more", kind=type(error).__name__)
        self.refused = RefusedSnapshot(identifier, reason)
        served = self._served.id if self._served else "none"
        _LOG.error("snapshot %s is refused, %s is served: %s", identifier, served, error, exc_info=None if is_told else error)

    def _end_if_replaced(self, opened: Served) -> None:
        if opened is not self._served and not self._requests[opened]:
            self._end(opened)

    def _end(self, opened: Served) -> None:
        del self._requests[opened]
        self._go_on_beside(opened.sparql.close())

    def _go_on_beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


async def _outcome(work: Awaitable[_T]) -> _T | BaseException:
    """What comes of work, or the exception it ends with: there is no telling what damaged files raise."""
    [outcome] = await asyncio.gather(work, return_exceptions=True)
    return outcome


def _open_whole(files: SnapshotFiles, settings: Settings) -> tuple[OpenSnapshot, Documentation]:
    """A snapshot that is as it was published; it costs reading every byte, so it is for one that can wait.

    Raises:
        SnapshotError: It is damaged or unusable.
    """
    if differences := snapshot.check(files):
        raise SnapshotError("snapshot {id}: {differences}; run `koopkg ingest`", id=files.folder.name, differences="; ".join(differences[:3]))
    return _open(files, settings)


def _open(files: SnapshotFiles, settings: Settings) -> tuple[OpenSnapshot, Documentation]:
    """A snapshot, warm, so that its first visitor does not wait.

    Raises:
        SnapshotError: It is of another format, another id or another encoder. Damage raises other exceptions, too.
    """
    if files.manifest().id != files.folder.name:
        raise SnapshotError("snapshot {id}: its manifest names {other}; run `koopkg ingest`", id=files.folder.name, other=files.manifest().id)
    opened = OpenSnapshot(files, settings)
    warm_up(opened)
    return opened, Documentation(files.unharmed(files.ontology))


def _stamp(path: str) -> tuple[int, int] | None:
    """What changes whenever a file is written anew, None if it is not to be had."""
    try:
        found = os.stat(path)  # noqa: PTH116 -- asked with every request
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    return cast(Site, request.app.state.site)


async def _current(request: Request) -> AsyncIterator[Served]:
    async with site_of(request).serving() as served:
        request.state.snapshot = served.id
        yield served


CurrentSnapshot = Annotated[Served, Depends(_current)]
"""A route parameter that holds the snapshot to answer from."""
