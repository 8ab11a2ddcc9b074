"""What every request needs: the settings and the search engine and SPARQL workers of the published snapshot."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.documentation import Documentation
from koopkg.search import SearchEngine
from koopkg.sparql import SparqlPool

__all__ = ["CurrentSnapshot", "OpenSnapshot", "Site"]


@dataclass(frozen=True, slots=True)
class OpenSnapshot:
    """A snapshot that is being served."""

    id: str
    engine: SearchEngine
    sparql: SparqlPool
    documentation: Documentation


class Site:
    """Serves what `CURRENT` names, and moves on to the next snapshot when one is published, without a pause."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._open: OpenSnapshot | None = None
        self._lock = threading.Lock()

    def current(self) -> OpenSnapshot:
        """The published snapshot, opened and warm.

        Raises:
            SnapshotError: Nothing is published, or it is damaged.
        """
        published = snapshot.current_id(self.settings.data)
        served = self._open
        if served is not None and served.id == published:
            return served
        with self._lock:
            if self._open is not None and self._open.id == published:
                return self._open
            files = snapshot.open_files(self.settings.data)
            engine = SearchEngine(files, self.settings)
            engine.warm_up()
            replaced, self._open = self._open, OpenSnapshot(files.folder.name, engine, SparqlPool(files.graph, self.settings), Documentation(files.ontology))
            if replaced is not None:
                replaced.sparql.close()
            return self._open

    def served_id(self) -> str | None:
        """The id of the snapshot that is published, without opening it."""
        return snapshot.current_id(self.settings.data)

    def close(self) -> None:
        """End the SPARQL workers."""
        if self._open is not None:
            self._open.sparql.close()


def _current(request: Request) -> OpenSnapshot:
    return cast(Site, request.app.state.site).current()


CurrentSnapshot = Annotated[OpenSnapshot, Depends(_current)]
"""A route parameter that holds the snapshot to answer from."""
