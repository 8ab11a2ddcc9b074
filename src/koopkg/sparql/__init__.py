"""SPARQL query text -> results in a media type: read-only, in worker processes that cannot open a socket and are killed at a limit."""

from koopkg.sparql.formats import GRAPH_FORMATS, RESULT_FORMATS, formats_of
from koopkg.sparql.pool import Query, SparqlPool, SparqlResult, answer
from koopkg.sparql.turns import Turns

__all__ = ["GRAPH_FORMATS", "RESULT_FORMATS", "Query", "SparqlPool", "SparqlResult", "Turns", "answer", "formats_of"]
