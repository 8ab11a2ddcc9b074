"""Ontology and documents -> a review, one entry a concern with its findings; nothing is published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg import graph, ontology, snapshot
from koopkg.consistency import FormLaw, contradictions
from koopkg.errors import DocumentError, Problem, refused
from koopkg.files import Skipped, find_files
from koopkg.intake import Reader, Rejected, gather
from koopkg.messages import Message
from koopkg.model import CASE_FIELDS, Document, fields_of
from koopkg.ontology import Ontology
from koopkg.reading import ENDINGS, Isolated, Limits
from koopkg.register import Register
from koopkg.snapshot import Catalog

__all__ = ["Counts", "Review", "review_documents", "review_ontology"]

_REASONED = ("koop", "alignments", "places", "legal-forms", "statutes", "suitability")
"""Files of the ontology that assert something an OWL reasoner can contradict; labels and sources cannot."""
_OWL_ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"
"""Namespace in which owlrl reports contradictions."""


@dataclass(frozen=True, slots=True)
class Review:
    """One concern that was looked at, and what was found: a sentence each, naming the term and the reason."""

    concern: str
    findings: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Files looked at; found = accepted + drafts + rejected + skipped."""

    found: int
    accepted: int
    drafts: int
    rejected: int
    skipped: tuple[Skipped, ...]


def review_ontology(planted: Iterable[ox.Triple] = ()) -> Iterator[Review]:
    """Review the bundled ontology with its valid examples: SHACL, OWL 2 RL, hierarchy and one entry for each query in `checks/`.

    Args:
        planted: Triples to look at in addition, such as a fault that has to be found.

    Raises:
        OntologyError: It cannot be loaded at all.
    """
    Ontology.bundled()
    extra = list(planted)
    triples = [*ontology.bundled_triples(), *ontology.bundled_examples(), *extra]
    violations = graph.validate(graph.to_ntriples(triples), ontology.bundled_shapes())
    yield Review("SHACL: the shapes of shapes.ttl", tuple(violation.sentence for violation in violations))
    reasoned = [*ontology.bundled_triples(_REASONED), *ontology.bundled_examples(), *extra]
    yield Review("OWL 2 RL: no contradiction follows", tuple(map(Message, _contradictions(reasoned))))
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in [*triples, *ontology.bundled_shape_triples()])
    with as_file(files("koopkg_ontology").joinpath("checks")) as folder:
        for path in sorted(folder.glob("*.rq")):
            yield _checked(path.stem, path.read_text(encoding="utf-8"), store)


def review_documents(paths: Sequence[Path], *, max_bytes: int, data: Path, corpus: Path, limits: Limits | None = None) -> tuple[Counts, Review]:
    """How many files there are, and the findings on the records of documents and their graphs.

    Args:
        data: The folder of snapshots: a case that is published may be described by a document that is reviewed alone.
        corpus: Cases that may be described as long as nothing is published, one a file that is named after it.

    Raises:
        DocumentError: There is nothing at one of the paths.
        SnapshotError: The published snapshot is needed, and damaged.
    """
    terms, areas = Ontology.bundled(), Register.bundled()
    sources = gather(paths, max_bytes=max_bytes)
    rejected, skipped, named = list(sources.rejected), list(sources.skipped), {}
    with Isolated(limits) as isolated:
        for candidate, _, outcome in Reader(terms, isolated).read(sources.candidates):
            if isinstance(outcome, Rejected):
                rejected.append(outcome)
            elif isinstance(outcome, Skipped):
                skipped.append(outcome)
            elif isinstance(outcome, Document):
                named[candidate.name] = outcome
    others = {case.id for document in named.values() for case in document.cases}
    rejected += _about_nothing(named, data, corpus)
    rejected += _related_to_nothing(named, others, data, corpus)
    documents = list(named.values())
    triples = [triple for document in documents for triple in graph.checked_triples(document, (), terms, areas)]
    findings = [_found(item.path, problem) for item in rejected for problem in item.problems]
    findings += _contradicted(named, terms, areas)
    drafts = sum(document.is_draft for document in documents)
    counts = Counts(len(documents) + len(rejected) + len(skipped), len(documents) - drafts, drafts, len(rejected), tuple(skipped))
    return counts, Review("front matter, its text, the law of the Land and SHACL", (*findings, *_graph_findings(triples)))


def _contradicted(named: Mapping[str, Document], terms: Ontology, register: Register) -> Iterator[Message]:
    """What records say against the text of the documents about their cases, against the law and against themselves.

    Args:
        named: Name of its file -> each document.
    """
    law = FormLaw.bundled(terms)
    texts: dict[str, list[str]] = {}
    for document in named.values():
        for name in {*document.describes, *(case.id for case in document.cases)}:
            texts.setdefault(name, []).extend(passage.text for passage in document.passages)
    for path, document in named.items():
        for case in document.cases:
            for problem in contradictions(case, " ".join(texts[case.id]), terms, register, law):
                yield _found(path, problem.sentence)


def _found(path: str, problem: Message) -> Message:
    """What is wrong with a file."""
    return Message("{where}: {problems}", where=path, problems=problem)


def _about_nothing(named: dict[str, Document], data: Path, corpus: Path) -> list[Rejected]:
    """Take out, as an ingest would, documents about cases whose records are neither given nor published.

    Args:
        named: Name of its file -> each document.
    """
    elsewhere: tuple[Set[str], Message] | None = None
    rejected = []
    while missing := _missing(named, elsewhere[0] if elsewhere else ()):
        if elsewhere is None:
            elsewhere = _known_elsewhere({document.id for document in named.values()}, data, corpus)
            continue
        for name, cases in missing.items():
            told = Message(
                "{cases}: neither the documents given nor {elsewhere} have such a case; expected the ids of cases whose records are taken in before or with it",
                cases=", ".join(map(repr, cases)),
                elsewhere=elsewhere[1],
            )
            rejected.append(Rejected.of(refused(name, told, field="describes")))
            del named[name]  # with its records, which another one may be about
    return rejected


def _related_to_nothing(named: dict[str, Document], given: Set[str], data: Path, corpus: Path) -> list[Rejected]:
    """Take out documents whose cases are related to cases that there are not: a wrong id would be a link that leads nowhere.

    An ingest takes them in, because the other case may come later.

    Args:
        named: Name of its file -> each document.
        given: The cases of all documents that could be read.
    """
    wanted = {name: list(_related(document)) for name, document in named.items()}
    if all(case in given for relations in wanted.values() for _, case in relations):
        return []
    known, where = _known_elsewhere({document.id for document in named.values()}, data, corpus)
    rejected = []
    for name, relations in wanted.items():
        problems = [
            Problem(
                field,
                Message(
                    "{case!r}: neither the documents given nor {elsewhere} have such a case; expected the id of a case, or no id where the other is none here",
                    case=case,
                    elsewhere=where,
                ),
            )
            for field, case in relations
            if case not in given and case not in known
        ]
        if problems:
            rejected.append(Rejected.of(DocumentError(name, problems)))
            del named[name]
    return rejected


def _related(document: Document) -> Iterator[tuple[str, str]]:
    """The field and the id of every case that the records of a document name."""
    for case in document.cases:
        for field in CASE_FIELDS:
            for inner in fields_of(field.record) if field.record else ():
                if inner.kind == "case":
                    yield from ((f"{field.name}.{inner.name}", other) for record in field.values(case) for other in inner.values(record))


def _missing(named: Mapping[str, Document], elsewhere: Collection[str]) -> dict[str, list[str]]:
    """Name of the file of each document that is about cases that there are not -> these."""
    known = {case.id for document in named.values() for case in document.cases}
    missing = {name: sorted(set(document.describes) - known - set(elsewhere)) for name, document in named.items()}
    return {name: cases for name, cases in missing.items() if cases}


def _known_elsewhere(replaced: Set[str], data: Path, corpus: Path) -> tuple[Set[str], Message]:
    """The cases that there are beside the documents given, and where: records in documents that these replace are gone."""
    if snapshot.current_id(data) is None:
        return {path.stem for path in find_files(corpus, endings=ENDINGS).documents}, Message("the bundled corpus (nothing is published yet)")
    with closing(Catalog(snapshot.open_files(data).catalog)) as catalog:
        return {case.id for case in catalog.cases() if case.document not in replaced}, Message("the published snapshot")


def _graph_findings(triples: Sequence[ox.Triple]) -> list[Message]:
    """What SHACL finds in the graphs of documents; what it finds in the ontology alone is left to the review of that."""
    own = list(ontology.bundled_triples())
    violations = graph.validate(graph.to_ntriples([*triples, *own]), ontology.bundled_shapes())
    known = graph.validate(graph.to_ntriples(own), ontology.bundled_shapes()) if violations else []
    return [Message("graph: {problem}", problem=violation.sentence) for violation in violations if violation not in known]


def _checked(name: str, query: str, store: ox.Store) -> Review:
    """Run a query that must return nothing; its first line states the rule that a result would break."""
    rule = query.partition("\n")[0].removeprefix("# rule:").strip()
    solutions = cast(ox.QuerySolutions, store.query(query))
    found = {f"{cast(ox.NamedNode, solution['term']).value}: {cast(ox.Literal, solution['reason']).value}" for solution in solutions}
    return Review(f"{name}: {rule}", tuple(map(Message, sorted(found))))


def _contradictions(triples: Iterable[ox.Triple]) -> list[str]:
    """What the rules of OWL 2 RL/RDF find to be inconsistent.

    Source: OWL 2 Web Ontology Language Profiles, section 4.3, the rules that infer false.
    """
    import owlrl  # like rdflib for building only
    import rdflib

    data = rdflib.Graph().parse(data=graph.to_ntriples(triples), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(data)
    return sorted(str(message) for message in data.objects(None, rdflib.URIRef(f"{_OWL_ERRORS}error")))
