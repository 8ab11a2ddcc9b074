"""Concepts that were moved: files with the old slug are read with the new one, and the log says so in both languages."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koopkg.model import FACETS, Case
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology
from koopkg.reading import read_document
from koopkg.search import Filters, known_values
from koopkg.search.facets import _key, checked
from tests.conftest import TINY

GOOD = (TINY / "buergerbus-kirchhundem.md").read_text(encoding="utf-8")


def with_deprecated(ontology: Ontology, successors: dict[str, str | None]) -> Ontology:
    """An ontology in which some concepts are deprecated: IRI -> IRI of the one successor, None where there are several or none."""
    concepts = dict(ontology.concepts)
    for old, new in successors.items():
        concepts[old] = dataclasses.replace(concepts[old], is_deprecated=True, replaced_by=new)
    return Ontology(dataclasses.replace(ontology._terms, concepts=concepts))


def read(text: str, ontology: Ontology) -> Case:
    [case] = read_document(text.encode(), ontology, where="x.md").cases
    return case


def test_the_old_slug_of_a_moved_legal_form_is_read_as_the_kind_of_cooperation_it_is(ontology: Ontology, caplog: pytest.LogCaptureFixture) -> None:
    case = read(GOOD.replace("legal_form: verein", "legal_form: euregio"), ontology)
    assert case.legal_form is None
    assert case.cooperation_type == (*read(GOOD, ontology).cooperation_type, "euregio")
    [told] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    english, german = told.split(" · ")
    assert english.startswith("x.md: legal_form: 'euregio' is deprecated; it is read as cooperation-type/euregio")
    assert "legal_form: 'euregio' ist veraltet" in german
    assert "cooperation-type/euregio" in german


def test_nothing_is_said_of_a_file_without_deprecated_slugs(ontology: Ontology, caplog: pytest.LogCaptureFixture) -> None:
    read(GOOD, ontology)
    assert not caplog.records


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_old_slug_and_the_new_one_make_the_same_record(data: st.DataObject, ontology: Ontology) -> None:
    """Of any scheme, in a list, alone and within another record; a chain of successors is followed to its end, a circle is not."""
    sectors = [concept.slug for concept in ontology.schemes["sector"] if concept.slug != "mobilitaet-oepnv"]
    forms = [concept.slug for concept in ontology.schemes["legal-form"] if not concept.is_deprecated]
    factors = [concept.slug for concept in ontology.schemes["success-factor"]]
    pairs = [data.draw(st.lists(st.sampled_from(slugs), min_size=3, max_size=3, unique=True)) for slugs in (sectors, forms, factors)]
    successors: dict[str, str | None] = {}
    for scheme, (old, between, new) in zip(("sector", "legal-form", "success-factor"), pairs, strict=True):
        successors |= {concept_iri(scheme, old): concept_iri(scheme, between), concept_iri(scheme, between): concept_iri(scheme, new)}
    moved = with_deprecated(ontology, successors)

    def written(place: int) -> str:
        stages = f"stages:\n- legal_form: {pairs[1][place]}\n  since: '1990'\n"
        factor = f"success_factors:\n- factor: {pairs[2][place]}\n  evidence: Steht so da.\n"
        head, body = GOOD.split("\n---\n", 1)
        kept, _, _ = head.partition("\nsuccess_factors:")
        rest = head[len(kept) :].partition("\nsources:")[2]
        text = f"{kept}\n{factor}{stages}sources:{rest}\n---\n{body}"
        return text.replace("- mobilitaet-oepnv", f"- {pairs[0][place]}", 1).replace("legal_form: verein", f"legal_form: {pairs[1][place]}", 1)

    assert read(written(0), moved) == read(written(1), moved) == read(written(2), moved)
    assert read(written(2), moved).stages[0].legal_form == pairs[1][2]


def test_a_concept_without_exactly_one_successor_stays(ontology: Ontology) -> None:
    """And one whose successors go round in a circle ends somewhere."""
    verein, gmbh = concept_iri("legal-form", "verein"), concept_iri("legal-form", "gmbh")
    assert read(GOOD, with_deprecated(ontology, {verein: None})).legal_form == "verein"
    assert with_deprecated(ontology, {verein: gmbh, gmbh: verein}).current(verein).slug == "gmbh"


def test_a_successor_without_a_free_place_leaves_the_record_as_it_is(ontology: Ontology) -> None:
    """A case has one phase; what it must have does not go away."""
    moved = with_deprecated(ontology, {concept_iri("legal-form", "verein"): concept_iri("phase", "betrieb")})
    assert read(GOOD, moved).legal_form == "verein"
    moved = with_deprecated(ontology, {concept_iri("status", "beendet"): concept_iri("cooperation-type", "euregio")})
    assert read(GOOD, moved).status == "beendet"


def test_the_form_of_a_stage_is_not_said_of_the_case(ontology: Ontology, caplog: pytest.LogCaptureFixture) -> None:
    """It stays, and whoever wrote it is told."""
    case = read(GOOD.replace("\nsources:", "\nstages:\n- legal_form: euregio\n  since: '1990'\nsources:"), ontology)
    assert case.stages[-1].legal_form == "euregio"
    assert "euregio" not in case.cooperation_type
    [told] = [record.getMessage() for record in caplog.records]
    assert "stages.legal_form: 'euregio' is deprecated in favour of cooperation-type/euregio, which has no place here" in told
    assert "hat hier keinen Platz" in told


def test_a_filter_takes_the_old_slug_as_the_new_one(ontology: Ontology) -> None:
    moved = with_deprecated(ontology, {concept_iri("sector", "wasser"): concept_iri("sector", "abwasser")})
    assert checked(Filters(sector=["wasser"]), moved)["sector"] == ("abwasser",)
    assert known_values("legal_form", ontology)["euregio"] == "euregio"
    assert _key(FACETS["legal_form"], "euregio", ontology) == "cooperation-type/euregio"
    assert _key(FACETS["legal_form"], "verein", ontology) == "legal-form/verein"
