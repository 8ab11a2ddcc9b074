"""Text or a case -> comparable cases: score with its parts, reasons that point at facts, facets with counts."""

from koopkg.search.engine import MAX_LIMIT, SearchEngine
from koopkg.search.filters import FACET_SCHEMES, FACETS, Filters
from koopkg.search.results import Facet, FacetValue, Fact, Hit, Reason, SearchResult, Snippet

__all__ = ["FACETS", "FACET_SCHEMES", "MAX_LIMIT", "Facet", "FacetValue", "Fact", "Filters", "Hit", "Reason", "SearchEngine", "SearchResult", "Snippet"]
