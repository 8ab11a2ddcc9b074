"""The review of the ontology finds nothing, and finds every fault that was planted, naming the term and the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from koopkg.validation import review_ontology

CHECKS = Path(__file__).parent.parent.parent / "ontology" / "checks"
QUERIES = sorted(path.stem for path in CHECKS.glob("*.rq"))
PLANTED = {path.name.removesuffix(".planted.ttl"): path for path in CHECKS.glob("*.planted.ttl")}
NAMED = {
    "activities-placed": ("vocab/activity/neu-activities-placed", "belongs to no sector"),
    "circular-broader": ("vocab/sector/neu-circular-broader", "broader than itself"),
    "contradiction": ("place/06", "Disjoint classes"),
    "dangling-references": ("vocab/sector/neu-dangling-references", "gibt-es-nicht, which is not described"),
    "definitions-complete": ("vocab/sector/neu-definitions-complete", "no definition in the language en"),
    "deprecation-complete": ("vocab/sector/neu-deprecation-complete", "without a successor"),
    "duplicate-labels": ("vocab/sector/feuerwehr", "shares the label 'Feuerwehr' with https://w3id.org/koopkg/vocab/sector/neu-duplicate-labels"),
    "forms-comparable": ("vocab/legal-form/neu-forms-comparable", "none of its properties is described"),
    "forms-complete": ("vocab/legal-form/neu-forms-complete", "no general statement on"),
    "forms-general": ("form-statement/neu/allgemein", "holds for all Länder"),
    "forms-verified": ("form-statement/neu/ohne-adresse", "which has no address"),
    "hierarchy-sound": ("vocab/sector/neu-hierarchy-sound", "energie, which is above it"),
    "labels-complete": ("vocab/sector/neu-labels-complete", "no label in the language en"),
    "labels-consistent": ("vocab/sector/neu-labels-consistent", "'Neues' as a label and as a confusable form"),
    "labels-enough": ("vocab/sector/neu-labels-enough", "has 2 everyday names in the language de; 6 are asked for"),
    "mappings-documented": ("vocab/sector/neu-mappings-documented", "without status and source"),
    "mappings-sound": ("vocab/sector/neu-mappings-sound", "exact match of both"),
    "obstacles-countered": ("vocab/obstacle/neu-obstacles-countered", "no success factor"),
    "origin-stated": ("vocab/sector/neu-origin-stated", "no dcterms:source"),
    "orphan-concepts": ("vocab/sector/neu-orphan-concepts", "nothing broader"),
    "source-covered": ("section/99", "carried by no concept"),
    "sources-dated": ("source/neu-sources-dated", "no day on which it was read"),
    "undeclared-terms": ("ontology#gibtEsNicht", "not declared"),
    "unused-properties": ("ontology#neueEigenschaft", "never used"),
}


PLANTED_TRIPLES = [quad.triple for path in PLANTED.values() for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
FAULTY = {triple.subject.value for triple in PLANTED_TRIPLES if isinstance(triple.subject, ox.NamedNode)} | {"http://www.wikidata.org/entity/Q1199"}
"""What has a planted fault; the last is Hessen, which the contradiction is about, by its other name."""
FAULTY_TERM = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(FAULTY)))})(?![\w-])")
"""One of these, and no other that begins alike, such as a place in Hessen."""


@pytest.fixture(scope="module")
def faulty() -> dict[str, tuple[str, ...]]:
    """One review with every fault planted at once: each costs seconds of inference."""
    return {review.concern.partition(":")[0]: tuple(map(str, review.findings)) for review in review_ontology(PLANTED_TRIPLES)}


def test_what_has_no_planted_fault_has_no_findings(faulty: dict[str, tuple[str, ...]]) -> None:
    assert set(faulty) == {"SHACL", "OWL 2 RL", *QUERIES}
    assert [finding for found in faulty.values() for finding in found if not FAULTY_TERM.search(finding)] == []


def test_each_check_has_a_planted_fault() -> None:
    assert set(PLANTED) == {*QUERIES, "contradiction"} == set(NAMED)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_each_planted_fault_is_found(name: str, faulty: dict[str, tuple[str, ...]]) -> None:
    term, reason = NAMED[name]
    findings = faulty["OWL 2 RL" if name == "contradiction" else name]
    assert any(term in finding and reason in finding for finding in findings), findings
