"""What the JSON API answers, as OpenAPI describes it; the parts are the library's own records."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from koopkg.messages import Language
from koopkg.model import Case, Link, Mention, PlaceLink
from koopkg.search import MAX_LIMIT, Facet, Hit

__all__ = [
    "CaseDetail",
    "CaseId",
    "CaseList",
    "CaseSummary",
    "ConceptDetail",
    "ConceptList",
    "ConceptSummary",
    "Explain",
    "FilterParameters",
    "Health",
    "Lang",
    "Limit",
    "ListParameters",
    "Offset",
    "Refused",
    "Scheme",
    "SchemeName",
    "SearchParameters",
    "SearchRequest",
    "SearchResponse",
    "Slug",
    "Stats",
    "Text",
    "Understood",
]


def _whole(number: Any) -> Any:
    """An integer for a number like 2.0, which JSON does not tell from 2."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _given(values: list[str]) -> list[str]:
    """The values of a filter without empty ones, as forms send them for what was not chosen."""
    return [value for value in values if value.strip()]


_Values = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50), AfterValidator(_given)]


class FilterParameters(BaseModel):
    """Facet filters: values of one facet are alternatives, several facets must all hold; empty values count as not given."""

    sector: _Values = Field(default=[], description="Slugs of the scheme sector", examples=[["abwasser"]])
    legal_form: _Values = Field(default=[], description="Slugs of the scheme legal-form; a broader form covers its narrower ones")
    state: _Values = Field(default=[], description="Names of Länder or cantons", examples=[["Hessen"]])
    status: _Values = Field(default=[], description="Slugs of the scheme status")
    country: _Values = Field(default=[], description="ISO 3166-1 codes", examples=[["DE"]])


_TEXT: dict[str, Any] = {
    "minLength": 1,
    "pattern": r"^[^\x00-\x08\x0e-\x1f\x7f]*[^\x00-\x20\x7f\s][^\x00-\x08\x0e-\x1f\x7f]*$",  # something to read, and no control characters
    "examples": ["gemeinsamer Bauhof von drei kleinen Gemeinden"],
}
_PAGE_SIZE: dict[str, Any] = {"minimum": 1, "maximum": MAX_LIMIT}
_SKIPPED: dict[str, Any] = {"minimum": 0}
_SLUG: dict[str, Any] = {"pattern": "^[a-z0-9-]+$", "maxLength": 200}
"""Limits that the library keeps, for OpenAPI; `koopkg_api.description` adds those that depend on settings and snapshot."""

Text = Annotated[str, Field(description="What is planned or looked for, German or English", json_schema_extra=_TEXT)]
Limit = Annotated[int, BeforeValidator(_whole), Field(description="Entries on the page", json_schema_extra=_PAGE_SIZE)]
Offset = Annotated[int, BeforeValidator(_whole), Field(description="Entries to skip", json_schema_extra=_SKIPPED)]
Explain = Annotated[bool, Field(description="False leaves out the parts of the scores and the reasons")]
Lang = Annotated[Language, Query(description="Language of titles, reasons and labels; where it is given, also of the `detail` of problems, else English")]
CaseId = Annotated[str, Path(description="Id of a case", json_schema_extra=_SLUG)]
SchemeName = Annotated[str, Path(description="Name of a concept scheme", json_schema_extra={**_SLUG, "examples": ["sector"]})]
Slug = Annotated[str, Path(description="Slug of a concept of the scheme", json_schema_extra={**_SLUG, "examples": ["wasser"]})]


class SearchParameters(FilterParameters):
    """A search."""

    model_config = ConfigDict(extra="forbid")

    q: Text
    limit: Limit = 10
    offset: Offset = 0
    explain: Explain = True
    lang: Lang = "de"


class SearchRequest(SearchParameters):
    """A search as JSON, for texts too long for an address; a number is no text and a text is no number."""

    model_config = ConfigDict(strict=True)


class ListParameters(FilterParameters):
    """A page of a list of cases."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 20
    offset: Offset = 0
    lang: Lang = "de"


class Understood(BaseModel):
    """What was recognised in the search text."""

    language: Language
    concepts: list[Link]
    places: list[PlaceLink]


class SearchResponse(BaseModel):
    """A page of comparable cases, best first."""

    snapshot: str = Field(description="Id of the snapshot that the answer comes from")
    total: int
    limit: int
    offset: int
    hits: list[Hit]
    facets: list[Facet]
    understood: Understood | None = Field(description="Null for the cases comparable to a case")
    weights: dict[str, float] = Field(description="Weight of each part of a score")


class CaseSummary(BaseModel):
    """One line of a list of cases."""

    id: str
    iri: str
    title: str
    state: str | None
    country: str
    sectors: list[str]
    legal_form: str | None
    status: str


class CaseList(BaseModel):
    """A page of cases by title."""

    snapshot: str
    total: int
    limit: int
    offset: int
    cases: list[CaseSummary]
    facets: list[Facet]


class ConceptStatement(BaseModel):
    """A curated statement about a case and the words that support it, where the document gives them."""

    scheme: str
    slug: str
    iri: str
    label: str
    evidence: str | None


class ExtractedConcept(BaseModel):
    """A concept that the document mentions, with every mention; not necessarily true of the cooperation itself."""

    scheme: str
    slug: str
    iri: str
    label: str
    confidence: float
    evidence: list[Mention]


class CaseDetail(BaseModel):
    """Everything known about one case."""

    snapshot: str
    id: str
    iri: str
    document: str = Field(description="IRI of the document that describes the case")
    case: Case = Field(description="The curated facts as the front matter of the document states them")
    statements: list[ConceptStatement] = Field(description="Curated: from the front matter")
    mentions: list[ExtractedConcept] = Field(description="Extracted: found in the text by linking")
    places: list[PlaceLink] = Field(description="Extracted: places that the text names")
    text: str = Field(description="The document; offsets of mentions count its characters")


class ConceptSummary(BaseModel):
    """A concept and how many cases are described with it or a narrower one."""

    iri: str
    scheme: str
    slug: str
    label: str
    cases: int


class Scheme(BaseModel):
    """A concept scheme with its concepts."""

    scheme: str
    iri: str
    label: str
    concepts: list[ConceptSummary]


class ConceptList(BaseModel):
    """The vocabulary."""

    snapshot: str
    schemes: list[Scheme]


class ConceptDetail(ConceptSummary):
    """One concept with its place in the hierarchy."""

    snapshot: str
    labels: dict[str, list[str]] = Field(description="All names by language, the preferred one first")
    definition: str
    scope_note: str | None = Field(description="What the concept is not to be confused with")
    broader: list[str]
    narrower: list[str]
    related: list[str]
    countered_by: list[str] = Field(description="Success factors that counter this obstacle")
    examples: list[str] = Field(description="IRIs of example cases")


class Stats(BaseModel):
    """Counts of the snapshot."""

    snapshot: str
    created: str
    encoder: str
    counts: dict[str, int]
    cases_by: dict[str, dict[str, int]] = Field(description="Facet -> value -> number of cases")


class Refused(BaseModel):
    """A snapshot that was published and cannot be served."""

    snapshot: str | None = Field(description="Null if it cannot be read which one is published")
    reason: str


class Health(BaseModel):
    """State of the server."""

    status: str
    snapshot: str | None = None
    refused: Refused | None = Field(default=None, description="A newer snapshot that cannot be served, so that the one named is served on")
