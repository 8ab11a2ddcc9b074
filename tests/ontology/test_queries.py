"""Each competency question is answered on the tiny corpus with the valid examples, with exactly the rows recorded beside it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest

from koopkg import graph
from koopkg.analyses import Analyses
from koopkg.linking import Linker
from koopkg.model import Document
from koopkg.ontology import Ontology, bundled_examples, bundled_triples
from koopkg.questions import CompetencyQuestion, bundled_questions
from koopkg.register import Register
from tests.conftest import RUN

QUERIES = Path(__file__).parent.parent.parent / "ontology" / "queries"
QUESTIONS = bundled_questions()


@pytest.fixture(scope="module")
def tiny_graph(tiny_documents: dict[str, Document], ontology: Ontology) -> ox.Store:
    """The graph of the tiny corpus, the ontology and its fictional examples."""
    register = Register.bundled()
    linker = Linker(ontology, register, Analyses())
    keys: set[str] = set()
    quads = graph.ontology_quads([*bundled_triples(), *bundled_examples()], ontology)
    for document in tiny_documents.values():
        linked = linker.link_document(document)
        quads += graph.document_quads(document, linked, ontology, register, RUN)
        keys |= graph.place_keys(document.cases, linked.places)
    quads += graph.place_quads(keys, ontology, register)
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in graph.default_graph(quads))
    return store


def test_all_questions_are_there() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))
    assert len(QUESTIONS) >= 70
    assert {question.asked_by for question in QUESTIONS} == {"practitioner", "researcher"}
    assert {path.stem for path in QUERIES.glob("*.csv")} == {path.stem for path in QUERIES.glob("*.rq")}
    for texts in ([question.wording for question in QUESTIONS], [question.decision for question in QUESTIONS]):
        assert all(len({text[language] for text in texts}) == len(texts) for language in ("de", "en"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"cq{question.number:02}")
def test_question_gives_the_expected_rows(question: CompetencyQuestion, tiny_graph: ox.Store, request: pytest.FixtureRequest) -> None:
    """Rows and their order; --update-golden records them anew, to be read as a diff."""
    expected = QUERIES / f"cq{question.number:02}-{question.slug}.csv"
    solutions = cast(ox.QuerySolutions, tiny_graph.query(question.query))
    found = cast(bytes, solutions.serialize(format=ox.QueryResultsFormat.CSV)).replace(b"\r\n", b"\n")
    if request.config.getoption("--update-golden"):
        expected.write_bytes(found)
    assert found.count(b"\n") > 1
    assert found == expected.read_bytes()
