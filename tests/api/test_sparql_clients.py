"""The clients that researchers use get what they ask for: SPARQLWrapper, rdflib's SPARQLStore and pandas over real HTTP."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote
from xml.dom.minidom import Document

import pandas as pd
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper

from tests.conftest import Server

FORMS = "SELECT ?form (COUNT(?case) AS ?n) { ?case <https://w3id.org/koopkg/ontology#legalForm> ?form } GROUP BY ?form ORDER BY ?form"
CASE = rdflib.URIRef("https://w3id.org/koopkg/case/standesamt-lossetal")
SECTOR = rdflib.URIRef("https://w3id.org/koopkg/ontology#sector")
PREFIXES = {"koop": "https://w3id.org/koopkg/ontology#"}


@pytest.fixture
def wrapper(server: Server) -> SPARQLWrapper:
    return SPARQLWrapper(f"{server.address}/sparql")


@pytest.mark.parametrize(("method", "request_method"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
@pytest.mark.parametrize("format", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_select(method: str, request_method: str, format: str, wrapper: SPARQLWrapper) -> None:
    wrapper.setQuery(FORMS)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    wrapper.setReturnFormat(format)
    assert rows_of(wrapper.query().convert(), format) == 5


def rows_of(converted: Any, format: str) -> int:
    if isinstance(converted, dict):
        return len(converted["results"]["bindings"])
    if isinstance(converted, Document):
        return len(converted.getElementsByTagName("result"))
    assert isinstance(converted, bytes)
    return len(pd.read_csv(io.BytesIO(converted), sep="," if format == CSV else "\t"))


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("format", [JSON, XML])
def test_sparqlwrapper_ask(method: str, format: str, wrapper: SPARQLWrapper) -> None:
    wrapper.setQuery("ASK { ?case a <https://w3id.org/koopkg/ontology#Cooperation> }")
    wrapper.setMethod(method)
    wrapper.setReturnFormat(format)
    converted: Any = wrapper.query().convert()
    assert converted["boolean"] if isinstance(converted, dict) else converted.getElementsByTagName("boolean")[0].firstChild.data == "true"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # by SPARQLWrapper
@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("format", [TURTLE, N3, RDFXML, XML, JSONLD])
@pytest.mark.parametrize("query", [f"DESCRIBE <{CASE}>", f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{CASE}>) }}"])
def test_sparqlwrapper_graphs(method: str, format: str, query: str, wrapper: SPARQLWrapper) -> None:
    wrapper.setQuery(query)
    wrapper.setMethod(method)
    wrapper.setReturnFormat(format)
    converted: Any = wrapper.query().convert()
    graph = converted if isinstance(converted, rdflib.Graph) else rdflib.Graph().parse(data=converted, format="turtle")
    assert (CASE, SECTOR, rdflib.URIRef("https://w3id.org/koopkg/vocab/sector/standesamt-meldewesen")) in graph


def test_sparqlwrapper_joins_values_of_all_cases(wrapper: SPARQLWrapper) -> None:
    """As a researcher joins a table of her own: far too long for an address."""
    values = " ".join(f"<https://w3id.org/koopkg/case/fall-{number}>" for number in range(2_000))
    wrapper.setQuery(f"SELECT ?case {{ VALUES ?case {{ {values} <{CASE}> }} ?case a <https://w3id.org/koopkg/ontology#Cooperation> }}")
    wrapper.setMethod(POST)
    wrapper.setReturnFormat(JSON)
    converted: Any = wrapper.query().convert()
    assert isinstance(converted, dict)
    assert [row["case"]["value"] for row in converted["results"]["bindings"]] == [str(CASE)]


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store(method: str, server: Server) -> None:
    store = SPARQLStore(f"{server.address}/sparql", method=method)
    graph = rdflib.Graph(store)
    assert {str(sector).rpartition("/")[2] for sector in graph.objects(CASE, SECTOR)} == {"standesamt-meldewesen"}
    counted = graph.query("SELECT (COUNT(*) AS ?n) { ?case a koop:Cooperation }", initNs=PREFIXES)
    assert [int(row[0]) for row in counted] == [8]  # type: ignore[index, arg-type]
    assert len(graph) == triples_of(server)
    named = rdflib.Graph(store, identifier=rdflib.URIRef("https://w3id.org/koopkg/graph/curated/standesamt-lossetal"))
    assert (CASE, SECTOR, None) in named


def triples_of(server: Server) -> int:
    counted = server.request("/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D").json()
    return int(counted["results"]["bindings"][0]["n"]["value"])


def test_pandas_reads_a_table_from_an_address(server: Server) -> None:
    table = pd.read_csv(f"{server.address}/sparql?format=csv&query={quote(FORMS)}")
    assert list(table.columns) == ["form", "n"]
    assert table["n"].sum() == 7
    bindings = json.loads(server.request(f"/sparql?query={quote(FORMS)}").body)["results"]["bindings"]
    assert list(table["n"]) == [int(row["n"]["value"]) for row in bindings]
