"""A record that contradicts itself, its text or the law of its Land is found, each planted fault by the field that it lies in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from koopkg.consistency import FormLaw, contradictions
from koopkg.model import Case, Document, Place
from koopkg.model.details import Agreement, Cost, FactorEvidence, Participant, Result
from koopkg.ontology import Ontology
from koopkg.register import Register

REGISTER = Register.bundled()
TEXT = "Vier Gemeinden mit rund 2.300 Menschen bauen für 1,3 Millionen Euro."


@pytest.fixture(scope="module")
def law(ontology: Ontology) -> FormLaw:
    return FormLaw.bundled(ontology)


@pytest.fixture(scope="module")
def sound(tiny_documents: dict[str, Document]) -> Case:
    """A case in Hessen that nothing is wrong with."""
    [case] = tiny_documents["standesamt-lossetal"].cases
    return replace(case, population=2_337, partner_count=4, legal_form="zweckverband", initiative=None, results=(), costs=(), funding=())


def found(case: Case, ontology: Ontology, law: FormLaw) -> list[str]:
    return [problem.field for problem in contradictions(case, TEXT, ontology, REGISTER, law)]


def test_nothing_is_found_in_a_sound_record(sound: Case, ontology: Ontology, law: FormLaw) -> None:
    assert sound.state == "Hessen"
    assert found(sound, ontology, law) == []


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("legal_form", {"legal_form": "samtgemeinde"}),
    ("legal_form", {"state": "Baden-Württemberg", "legal_form": "kommunale-arbeitsgemeinschaft"}),
    ("legal_form", {"state": "Mecklenburg-Vorpommern", "legal_form": "ag"}),
    ("legal_form", {"legal_form": "gemeindeverband-at"}),
    ("legal_form", {"country": "AT", "state": "Tirol", "legal_form": "zweckverband"}),
    ("legal_form", {"country": "CH", "state": "Bern", "legal_form": "zweckverband"}),
    ("agreements.legal_form", {"agreements": (Agreement(kind="satzung", legal_form="gemeindeverband-at"),)}),
    ("places", {"places": (Place("Trier", "Stadt", "09162000"),), "partner_count": None}),  # München
    ("places", {"places": (Place("Trier", "Stadt", "07231"),), "partner_count": None}),  # a district
    ("places", {"places": (Place("Trier", "Stadt", "07211999"),), "partner_count": None}),  # nothing
    ("places", {"country": "AT", "state": "Burgenland", "legal_form": None, "places": (Place("Güssing", "Stadt", "10405"),), "partner_count": None}),
    ("places", {"places": (Place("Trier", "Stadt", "07211000"),) * 2, "partner_count": None}),
    ("ended_earliest", {"ended_earliest": 2018}),
    ("ended", {"status": "geplant", "phase": "konzeption", "ended": 2020}),
    ("ended_latest", {"status": "gescheitert", "phase": "beendigung", "started": 2015, "ended_latest": 2012}),
    ("partner_count", {"partner_count": 26, "checked_on": "2026-11-26"}),  # a date is no text
    ("legal_form_evidence", {"legal_form_evidence": "Verband, nur nächstliegender Schlüssel"}),
    ("phase", {"status": "geplant", "phase": "betrieb"}),
    ("phase", {"status": "unbekannt", "phase": "beendigung"}),
    ("initiative", {"initiative": "top-down", "actors": ("kommune",), "participants": ()}),
    ("population", {"population": 2_400}),
    ("partner_count", {"partner_count": 5, "places": ()}),
    ("results.amount", {"results": (Result(text="Ersparnis für alle", amount=80_000, unit="Euro"),)}),
    ("costs.amount_eur", {"costs": (Cost(text="Neubau", amount_eur=1_400_000),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("win-win", "Alle sollen Kosten sparen"),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("evaluation", "Eine Auswertung nach einem Jahr ist vorgesehen"),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("politischer-rueckhalt", "Einstimmige Beschlüsse aller Räte"),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("wille-der-menschen", "An der Urne stimmten 95 Prozent zu"),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("schrittweises-vorgehen", "Zuerst eine Vereinbarung, dann der Zweckverband"),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("schrittweises-vorgehen", "Studie, Vertrag und Bau folgen aufeinander"),)}),
    ("success_factors.evidence", {"success_factors": (FactorEvidence("schrittweises-vorgehen", "Von zwei auf neun Gemeinden gewachsen"),)}),
]


@pytest.mark.parametrize(("field", "changed"), FAULTS)
def test_a_planted_fault_is_found_in_its_field(field: str, changed: dict[str, Any], sound: Case, ontology: Ontology, law: FormLaw) -> None:
    assert found(replace(sound, **changed), ontology, law) == [field]


SOUND: list[dict[str, Any]] = [
    {"state": "Bayern", "legal_form": "verwaltungsgemeinschaft"},  # the statute provides what is one step below it
    {"state": "Thüringen", "legal_form": "oeffentlich-rechtliche-vereinbarung-delegierend"},  # and the genus of this one
    {"state": "Berlin", "legal_form": "oeffentlich-rechtliche-vereinbarung"},  # no statute of Berlin was read
    {"state": "Sachsen", "legal_form": "planungsverband"},  # federal law
    {"country": "AT", "state": "Tirol", "legal_form": "gemeindeverband-at"},
    {"country": "CH", "state": "Bern", "legal_form": "zweckverband-ch"},
    {"country": "CH", "state": "Bern", "legal_form": "verein"},
    {"state": None, "legal_form": "zweckverband"},  # some Land provides it
    {"places": (Place("Landkreis Trier-Saarburg", "Landkreis", "07235"), Place("Sankt Wendel", "Stadt", "10046117")), "partner_count": None},
    {"initiative": "top-down", "actors": ("kommune",), "participants": (Participant(name="Land", kind="land"),)},
    {"partner_count": 5, "governance": "fünf Beteiligte (berechnet)"},
    {"results": (Result(text="Ersparnis für alle", amount=80_000, unit="Euro (berechnet)"),)},
    {"success_factors": (FactorEvidence("politischer-rueckhalt", "Der einstimmige Beschluss aller Räte gab den Ausschlag"),)},
    {"success_factors": (FactorEvidence("schrittweises-vorgehen", "Weil sich der Anfang zu zweit bewährte, kamen später fünf Gemeinden hinzu"),)},
    {"success_factors": (FactorEvidence("foerderung", "Weil Mittel nur an Verbünde gehen sollten, suchte die Stadt Partner"),)},
    {"success_factors": (FactorEvidence("evaluation", "Nach der Auswertung beschlossen die Räte bessere Zeiten, danach fuhren mehr Menschen mit"),)},
    {"costs": (Cost(text="Neubau", amount_eur=1_300_000), Cost(text="Gerät: 80.000 Euro", amount_eur=80_000))},
]


@pytest.mark.parametrize("changed", SOUND)
def test_what_law_and_text_support_is_no_finding(changed: dict[str, Any], sound: Case, ontology: Ontology, law: FormLaw) -> None:
    assert found(replace(sound, **changed), ontology, law) == []
