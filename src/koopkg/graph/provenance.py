"""What a snapshot was made from and by -> the triples that say so (PROV-O): one activity for all links of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from koopkg import __version__
from koopkg.graph.triples import Triple, iri, text, typed
from koopkg.namespaces import BASE, KOOP, PREFIXES, document_iri

__all__ = ["LinkingRun", "provenance_triples", "time_triples"]

_SOFTWARE = f"{BASE}software/koopkg-{__version__}"


@dataclass(frozen=True, slots=True)
class LinkingRun:
    """The activity that linked every document of a snapshot.

    Attributes:
        made_by: Hash of what decides the links: code, ontology, libraries. It names the activity, so that the same run over the same
            documents gives the same graph.
        ontology_version: IRI of the version of the ontology that was linked to.
    """

    made_by: str
    ontology_version: str

    @property
    def iri(self) -> str:
        return f"{BASE}activity/linking-{self.made_by}"


def provenance_triples(run: LinkingRun, documents: Iterable[str]) -> Iterator[Triple]:
    """The activity with its software, the version of that, and what it used: the ontology and each document by its id."""
    yield iri(run.iri, "rdf:type", f"{KOOP}Linking")
    yield iri(run.iri, "rdf:type", f"{PREFIXES['prov']}Activity")
    yield iri(run.iri, "prov:wasAssociatedWith", _SOFTWARE)
    yield iri(run.iri, "prov:used", run.ontology_version)
    for document in documents:
        yield iri(run.iri, "prov:used", document_iri(document))
    yield iri(_SOFTWARE, "rdf:type", f"{PREFIXES['prov']}SoftwareAgent")
    yield text(_SOFTWARE, "rdfs:label", f"koopkg {__version__}")
    yield text(_SOFTWARE, "schema:softwareVersion", __version__)


def time_triples(run: LinkingRun, started: datetime, ended: datetime) -> Iterator[Triple]:
    """When the activity ran; kept apart, because it is all that differs between two builds from the same input."""
    yield typed(run.iri, "prov:startedAtTime", started.isoformat(timespec="seconds"), "dateTime")
    yield typed(run.iri, "prov:endedAtTime", ended.isoformat(timespec="seconds"), "dateTime")
