"""A published snapshot -> one file: the whole graph, or a table of the cases for statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyoxigraph as ox

from koopkg.errors import QueryError
from koopkg.graph import canonical_nquads
from koopkg.namespaces import PREFIXES, RUN_GRAPH, case_iri
from koopkg.snapshot import SnapshotFiles, read_catalog

__all__ = ["FORMATS", "export"]

FORMATS = ("nq", "ttl", "jsonld", "csv")
_COLUMNS = (
    "id title title_en country state partner_count population area_type started ended status sectors service legal_form cooperation_type "
    "initiative orientation approach actors phase"
).split()


def export(files: SnapshotFiles, format: str) -> bytes:
    """The snapshot in a format.

    Returns:
        Every named graph but the times of the run, so that one snapshot id always gives the same bytes; the default graph is the set of
        all their triples. For `nq` sorted N-Quads, `ttl` Turtle without graph names, `jsonld` JSON-LD with them, `csv` one line a case with
        lists joined by `;`.

    Raises:
        QueryError: The format is unknown.
    """
    if format not in FORMATS:
        raise QueryError(f"format: {format!r} is unknown; expected one of {', '.join(FORMATS)}", field="format")
    if format == "csv":
        return _table(files)
    quads = _named_graphs(ox.Store.read_only(str(files.graph)))
    if format == "nq":
        return canonical_nquads(quads)
    if format == "jsonld":
        return ox.serialize(sorted(quads, key=str), format=ox.RdfFormat.JSON_LD, prefixes=PREFIXES) or b""
    return ox.serialize(sorted({quad.triple for quad in quads}, key=str), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def _named_graphs(store: ox.Store) -> Iterator[ox.Quad]:
    """Every graph but the default one, which repeats them all, and the one of the run, whose times differ between equal builds."""
    for graph in store.named_graphs():
        if graph != ox.NamedNode(RUN_GRAPH):
            yield from store.quads_for_pattern(None, None, None, graph)


def _table(files: SnapshotFiles) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["iri", *_COLUMNS, "ags", "success_factors", "sources"])
    for entry in read_catalog(files):
        case = entry.document.case
        values = [getattr(case, name) for name in _COLUMNS]
        row = [";".join(value) if isinstance(value, tuple) else value for value in values]
        keys = ";".join(place.ags for place in case.places if place.ags)
        factors = ";".join(factor.factor for factor in case.success_factors)
        writer.writerow([case_iri(case.id), *row, keys, factors, ";".join(source.url for source in case.sources if source.url)])
    return text.getvalue().encode()
