"""The records within a case are shown under plain names: what a stage says is named as what the case says."""

from __future__ import annotations

import dataclasses
from typing import Literal

import pytest

from koopkg.model import Document
from koopkg.model.details import Agreement, Obstacle, Stage
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
    shown = {view.heading: [fact.label for fact in view.records[0].facts] for view in details_of(only, ontology, language)}
    assert list(shown.values()) == [[_OVERCOME[language]], labels, [_KIND[language], labels[2]]]


_OVERCOME = {"de": "Überwunden durch", "en": "Overcome by"}
"""Not the success factor of the case: the name of the field is another."""
_KIND = {"de": "Art der Vereinbarung", "en": "Kind of agreement"}
