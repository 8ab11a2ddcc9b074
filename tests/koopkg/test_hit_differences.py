"""What differs most is said where it is known, in the order of what matters, and nothing is made up where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from koopkg.namespaces import concept_iri, place_iri
from koopkg.search import Reason
from koopkg.sentences import sentence_of
from koopkg.snapshot import OpenSnapshot
from tests.koopkg.worlds import hits_for, hits_like, record, world

HIER = {"state": "Hessen", "legal_form": "zweckverband", "status": "aktiv", "partner_count": 2}
DORT = {"state": "Niedersachsen", "legal_form": "gmbh", "status": "aktiv", "partner_count": 2}


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory, known_vectors: Path) -> OpenSnapshot:
    fields = {"hier": HIER, "dort": DORT, "aus": {**HIER, "status": "gescheitert"}, "viele": {**HIER, "partner_count": 6}}
    return world(tmp_path_factory, known_vectors, *(record(name, body="Text.", **values) for name, values in fields.items()))


def said(reason: Reason | None) -> str | None:
    return sentence_of(reason.kind, reason.values, "de") if reason else None


def test_the_law_of_another_land_comes_first(four: OpenSnapshot) -> None:
    """Also where a municipality is named; in the same Land, or without any, nothing is said of it."""
    for text in ("GmbH in Hessen", "Tourismus in Kassel"):
        differs = hits_for(four, text)["dort"].difference
        assert said(differs) == "Anders: Niedersachsen statt Hessen, dort gilt: NKomZG"
        assert differs
        assert differs.fact.value == place_iri("03")
    assert hits_for(four, "Tourismus in Hessen")["hier"].difference is None
    assert hits_for(four, "Tourismus")["dort"].difference is None


def test_an_end_is_said_where_nobody_asks_for_it(four: OpenSnapshot) -> None:
    differs = hits_for(four, "Tourismus in Hessen")["aus"].difference
    assert differs
    assert (differs.kind, differs.fact.value) == ("other-status", concept_iri("status", "gescheitert"))
    assert hits_for(four, "Tourismus, gescheitert")["aus"].difference is None


def test_another_form_than_the_one_asked_for_is_said(four: OpenSnapshot) -> None:
    assert said(hits_for(four, "Zweckverband für Tourismus")["dort"].difference) == "Anders: Rechtsform: GmbH statt Zweckverband"
    assert hits_for(four, "Zweckverband für Tourismus")["hier"].difference is None


def test_cases_are_compared_record_with_record(four: OpenSnapshot) -> None:
    hits = hits_like(four, "hier")
    assert said(hits["dort"].difference) == "Anders: Niedersachsen statt Hessen, dort gilt: NKomZG"
    assert said(hits["aus"].difference) == "Anders: Stand: Gescheitert statt Aktiv"
    assert said(hits["viele"].difference) == "Anders: 6 Partner statt 2"
