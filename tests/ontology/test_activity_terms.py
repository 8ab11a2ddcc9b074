"""Every activity that a case record names stands once in tools/activity-terms.yaml, with a concept of the scheme or the reason why it has none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from koopkg.ontology import Concept, Ontology

FILE = Path(__file__).parent.parent.parent / "tools" / "activity-terms.yaml"


@pytest.fixture(scope="module")
def tables() -> dict[str, list[tuple[str, str]]]:
    """Name of a table -> its rows as they are written, doubled keys included."""
    root = yaml.compose(FILE.read_text(encoding="utf-8"))
    assert isinstance(root, yaml.MappingNode)
    return {name.value: [(key.value, value.value) for key, value in table.value] for name, table in root.value}


@pytest.fixture(scope="module")
def activities(ontology: Ontology) -> list[Concept]:
    return ontology.schemes["activity"]


def test_no_string_stands_twice(tables: dict[str, list[tuple[str, str]]]) -> None:
    assert set(tables) == {"terms", "none"}
    counts = Counter(term for rows in tables.values() for term, _ in rows)
    assert [term for term, count in counts.items() if count > 1] == []


def test_every_slug_is_a_concept_and_every_concept_is_meant_by_a_string(tables: dict[str, list[tuple[str, str]]], activities: list[Concept]) -> None:
    assert {slug for _, slug in tables["terms"]} == {concept.slug for concept in activities}


def test_a_string_without_a_concept_says_why(tables: dict[str, list[tuple[str, str]]]) -> None:
    assert [term for term, why in tables["none"] if len(why.split()) < 3] == []


def test_activities_are_between_sector_and_case(activities: list[Concept]) -> None:
    """About 120: fewer would repeat the sectors, more would name single cases."""
    assert 100 <= len(activities) <= 135, "so many name single cases: put two that say nearly the same together, or raise the bound with the reason"
