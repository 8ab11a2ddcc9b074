"""The records within a case are shown under plain names: what a stage says is named as what the case says."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import pytest

from koopkg.headings import RECORD_HEADINGS
from koopkg.messages import translated
from koopkg.model import Document
from koopkg.model.details import Agreement, CoordinationUnit, Cost, Obstacle, Relation, Result, Stage
from koopkg.ontology import Ontology
from koopkg_api.details import details_of


@pytest.mark.parametrize(("language", "labels"), [("de", ["Phase", "Seit", "Rechtsform"]), ("en", ["Phase", "Since", "Legal form"])])
def test_a_stage_has_a_phase_and_a_legal_form(
    language: Literal["de", "en"], labels: list[str], tiny_documents: dict[str, Document], ontology: Ontology
) -> None:
    [case] = tiny_documents["standesamt-lossetal"].cases
    stages = (Stage(phase="betrieb", since="2010", legal_form="zweckverband"),)
    agreements = (Agreement(kind="satzung", title="Satzung", legal_form="zweckverband"),)
    only = dataclasses.replace(case, stages=stages, agreements=agreements, results=(), obstacles=(Obstacle(text="Streit", overcome_by="vertrauen"),))
    shown = {view.heading: [fact.label for fact in view.records[0].facts] for view in details_of(only, ontology, {}, language)}
    assert list(shown.values()) == [[_OVERCOME[language]], labels, [_KIND[language], labels[2]]]


def shown_of(
    field: str, record: object, tiny_documents: dict[str, Document], ontology: Ontology, titles: dict[str, str]
) -> list[tuple[str | None, str | None]]:
    """Text and case of each fact of a record."""
    [case] = tiny_documents["standesamt-lossetal"].cases
    changed: dict[str, Any] = {field: record if field == "coordination_unit" else (record,)}
    only = dataclasses.replace(case, **changed)
    heading = translated(RECORD_HEADINGS[field], "de")
    [view] = [view for view in details_of(only, ontology, titles, "de") if view.heading == heading]
    return [(fact.text, fact.case_id) for fact in view.records[0].facts if fact.concept is None]


def test_another_case_is_shown_by_its_title(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    related = Relation(relation="vorbild", name="Bauhof", case="bauhof-x")
    assert shown_of("relations", related, tiny_documents, ontology, {"bauhof-x": "Gemeinsamer Bauhof X"}) == [("Gemeinsamer Bauhof X", "bauhof-x")]
    assert shown_of("relations", related, tiny_documents, ontology, {}) == []


def test_an_amount_has_its_unit_and_money_two_decimals(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    assert shown_of("results", Result(text="Einlage", amount=4371.7, unit="Euro"), tiny_documents, ontology, {}) == [("4.371,70 Euro", None)]
    assert shown_of("costs", Cost(text="Einlage", amount_eur=4371.7), tiny_documents, ontology, {}) == [("4.371,70", None)]


def test_what_a_record_is_about_is_told_once(tiny_documents: dict[str, Document], ontology: Ontology) -> None:
    unit = CoordinationUnit(name="Gemeinde Oberweser", hosted_by="Gemeinde Oberweser", evidence="Ein Hof für beide")
    assert shown_of("coordination_unit", unit, tiny_documents, ontology, {}) == [("Ein Hof für beide", None)]


_OVERCOME = {"de": "Überwunden durch", "en": "Overcome by"}
"""Not the success factor of the case: the name of the field is another."""
_KIND = {"de": "Art der Vereinbarung", "en": "Kind of agreement"}
