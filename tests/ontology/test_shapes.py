"""Every shape passes the valid examples, meets a focus node there, and fires alone on the invalid example that bears its name."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from koopkg import graph
from koopkg.ontology import bundled_examples, bundled_shapes, bundled_triples

EXAMPLES = Path(__file__).parent.parent.parent / "ontology" / "examples"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SHAPES = rdflib.Graph().parse(data=bundled_shapes(), format="turtle")
PROPERTY_SHAPES = sorted(str(shape).rpartition("/")[2] for shape in SHAPES.subjects(rdflib.RDF.type, SH.PropertyShape))
FAULT = rdflib.URIRef("https://example.org/koop/fehler")


@pytest.fixture(scope="module")
def world() -> rdflib.Graph:
    """The ontology with its valid examples."""
    triples: list[ox.Triple] = [*bundled_triples(), *bundled_examples()]
    return rdflib.Graph().parse(data=graph.to_ntriples(triples), format="nt")


def test_each_shape_has_an_invalid_example_and_messages_in_both_languages() -> None:
    assert sorted(path.stem for path in (EXAMPLES / "invalid").glob("*.ttl")) == PROPERTY_SHAPES
    for shape in SHAPES.subjects(rdflib.RDF.type, SH.PropertyShape):
        assert {message.language for message in SHAPES.objects(shape, SH.message) if isinstance(message, rdflib.Literal)} == {"de", "en"}


def test_each_target_class_has_a_focus_node(world: rdflib.Graph) -> None:
    """A mistyped prefix would be silent otherwise."""
    empty = [str(target) for target in SHAPES.objects(None, SH.targetClass) if (None, rdflib.RDF.type, target) not in world]
    assert empty == []


@pytest.mark.parametrize("name", PROPERTY_SHAPES)
def test_an_invalid_example_fails_for_its_stated_reason_alone(name: str, world: rdflib.Graph) -> None:
    fault = rdflib.Graph().parse(EXAMPLES / "invalid" / f"{name}.ttl")
    added = [triple for triple in fault if triple not in world]
    for triple in added:
        world.add(triple)
    try:
        _, report, text = pyshacl.validate(world, shacl_graph=SHAPES, inference="none", focus_nodes=[str(FAULT)])
    finally:
        for triple in added:
            world.remove(triple)
    assert isinstance(report, rdflib.Graph), text
    fired = {str(shape).rpartition("/")[2] for shape in report.objects(None, SH.sourceShape)}
    assert fired == {name}
