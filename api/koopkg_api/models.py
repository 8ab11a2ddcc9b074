"""What the JSON API answers, as OpenAPI describes it; the parts are the library's own records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from koopkg.members import inhabitants, lands, size_class
from koopkg.messages import Language
from koopkg.model import FACETS, Case, Mention, Place, PlaceLink
from koopkg.ontology import Ontology
from koopkg.register import POPULATION_DATE, Register
from koopkg.search import MAX_LIMIT, Correction, Facet, Fact, Filters, Hit, Reason, Snippet, Understood
from koopkg.sentences import sentence_of

__all__ = [
    "CaseDetail",
    "CaseId",
    "CaseList",
    "CaseSummary",
    "Comparable",
    "Computed",
    "ConceptDetail",
    "ConceptList",
    "ConceptSummary",
    "DocumentDetail",
    "DraftHits",
    "Explain",
    "FilterParameters",
    "Health",
    "Lang",
    "Limit",
    "ListParameters",
    "Member",
    "Offset",
    "ReasonText",
    "Refused",
    "Scheme",
    "SchemeName",
    "SearchParameters",
    "SearchRequest",
    "SearchResponse",
    "Slug",
    "Spelling",
    "Stats",
    "Text",
]


def _whole(number: Any) -> Any:
    """An integer for a number like 2.0, which JSON does not tell from 2."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _given(values: list[str]) -> list[str]:
    """The values of a filter without empty ones, as forms send them for what was not chosen."""
    return [value for value in values if value.strip()]


_Values = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50), AfterValidator(_given)]


_MEANINGS = {
    "legal_form": "Slugs of the scheme legal-form; a broader form covers its narrower ones",
    "state": "Names of Länder or cantons",
    "country": "ISO 3166-1 codes",
    "size_class": "Slugs of the scheme size-class: the class of the largest municipality among the members, computed from the register of municipalities; "
    "`unter-5000` leaves the cases in which all municipalities have fewer than 5,000 inhabitants",
}
_EXAMPLES = {"sector": "abwasser", "state": "Hessen", "country": "DE"}


def _parameter(facet: str) -> Any:
    meaning = _MEANINGS.get(facet) or f"Slugs of the scheme {FACETS[facet].scheme}"
    return Field(default=[], description=meaning, examples=[[_EXAMPLES[facet]]] if facet in _EXAMPLES else None)


class _FilterParameters(BaseModel):
    """Facet filters: values of one facet are alternatives, several facets must all hold; empty values count as not given."""

    def filters(self) -> Filters:
        """The library's filters for a request's."""
        return Filters(**{facet: getattr(self, facet) for facet in FACETS})


if TYPE_CHECKING:  # a type checker cannot follow how a model is made
    FilterParameters = _FilterParameters
else:
    FilterParameters = create_model(
        "FilterParameters",
        __base__=_FilterParameters,
        __doc__=_FilterParameters.__doc__,
        __module__=__name__,
        **{facet: (_Values, _parameter(facet)) for facet in FACETS},
    )
    """A parameter for each facet of the table of case fields."""


_TEXT: dict[str, Any] = {
    "minLength": 1,
    "pattern": r"^[^\x00-\x08\x0e-\x1f\x7f]*[^\x00-\x20\x7f\s][^\x00-\x08\x0e-\x1f\x7f]*$",  # something to read, and no control characters
    "examples": ["gemeinsamer Bauhof von drei kleinen Gemeinden"],
}
_PAGE_SIZE: dict[str, Any] = {"minimum": 1, "maximum": MAX_LIMIT}
_SKIPPED: dict[str, Any] = {"minimum": 0}
_KEY: dict[str, Any] = {"pattern": r"^[^\x00-\x1f\x7f]*$", "examples": ["place/06"]}
_SLUG: dict[str, Any] = {"pattern": "^[a-z0-9-]+$", "maxLength": 200}
"""Limits that the library keeps, for OpenAPI; `koopkg_api.description` adds those that depend on settings and snapshot."""

Text = Annotated[str, Field(description="What is planned or looked for, German or English", json_schema_extra=_TEXT)]
Limit = Annotated[int, BeforeValidator(_whole), Field(description="Entries on the page", json_schema_extra=_PAGE_SIZE)]
Offset = Annotated[int, BeforeValidator(_whole), Field(description="Entries to skip", json_schema_extra=_SKIPPED)]
Explain = Annotated[bool, Field(description="False leaves out the parts of the scores and the reasons")]
Spelling = Annotated[bool, Field(description="False searches the text as it is written; else slips of one letter and compounds taken apart are put right")]
Without = Annotated[
    list[Annotated[str, Field(max_length=200, json_schema_extra=_KEY)]],
    Field(max_length=50, description="Keys of what was understood and is not to count, as `understood` gives them; what the text does not say is passed over"),
    AfterValidator(_given),
]
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
    spelling: Spelling = True
    without: Without = Field(default=[])
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


class ReasonText(BaseModel):
    """Why a case is comparable, or in what it differs, in one plain sentence, and the fact that it rests on."""

    kind: str
    text: str
    fact: Fact

    @classmethod
    def of(cls, reason: Reason, language: Language) -> ReasonText:
        return cls(kind=reason.kind, text=sentence_of(reason.kind, reason.values, language), fact=reason.fact)


class Comparable(BaseModel):
    """A case found; `score` is the probability that a practitioner would call it comparable, made of `parts` in [0, 1], one a signal."""

    id: str
    iri: str
    title: str
    score: float
    parts: dict[str, float]
    snippet: Snippet
    reasons: list[ReasonText] = Field(description="What adds most to the score first; none repeats the snippet")
    difference: ReasonText | None = Field(description="What differs most from what is asked for; null where nothing is known to")

    @classmethod
    def of(cls, hit: Hit, language: Language) -> Comparable:
        reasons = [ReasonText.of(reason, language) for reason in hit.reasons]
        differs = ReasonText.of(hit.difference, language) if hit.difference else None
        return cls(id=hit.id, iri=hit.iri, title=hit.title, score=hit.score, parts=hit.parts, snippet=hit.snippet, reasons=reasons, difference=differs)


class DraftHits(BaseModel):
    """The best of what was only read by machine and nobody has checked; none of it counts as a case. `/api/v1/drafts` gives all."""

    total: int
    hits: list[Comparable]


class SearchResponse(BaseModel):
    """A page of comparable cases, best first."""

    snapshot: str = Field(description="Id of the snapshot that the answer comes from")
    total: int
    limit: int
    offset: int
    hits: list[Comparable]
    drafts: DraftHits = Field(description="Beside the hits, never among them; empty for the cases comparable to a case")
    facets: list[Facet]
    understood: Understood | None = Field(description="How the text was understood; null for the cases comparable to a case")
    nearest: list[Comparable] = Field(description="Where there are no hits, the cases that come closest; their scores are below the least of a hit")
    lacking: list[str] = Field(description="Where there are no hits, words of the text that no case has")
    corrected: list[Correction] = Field(description="What was searched instead of words as they were written; empty where nothing was put right")
    weights: dict[str, float] = Field(description="What each part of a score adds to its log odds, multiplied by its value")


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


class DocumentDetail(BaseModel):
    """A document about a case, and what it was found to name."""

    id: str
    iri: str
    title: str
    media_type: str
    language: Language
    mentions: list[ExtractedConcept]
    places: list[PlaceLink]
    text: str = Field(description="Offsets of mentions count its characters")


class Member(BaseModel):
    """A member of a case with what the register of municipalities says of it; null where the register does not have it."""

    name: str
    ags: str | None
    inhabitants: int | None
    latitude: float | None
    longitude: float | None
    area_km2: float | None = Field(description="Of municipalities alone")
    district: str | None

    @classmethod
    def of(cls, place: Place, register: Register) -> Member:
        area = register.get(place.ags) if place.ags else None
        district = register.district_of(area)
        return cls(
            name=place.name,
            ags=place.ags,
            inhabitants=area.population if area else None,
            latitude=area.latitude if area else None,
            longitude=area.longitude if area else None,
            area_km2=area.area_km2 if area else None,
            district=district.label if district else None,
        )


class Computed(BaseModel):
    """What follows from the members of a case by the register of municipalities (Destatis); not part of its record."""

    lands: list[str] = Field(description="Every Land or canton that the case touches, that of its record first")
    population: int | None = Field(description="Inhabitants of all members, each counted once; null where members are not known or not in the register")
    size_class: str | None = Field(description="Slug of the class of the largest municipality, of the scheme size-class")
    counted_on: str = Field(description="Day for which the inhabitants hold")
    members: list[Member]

    @classmethod
    def of(cls, case: Case, ontology: Ontology, register: Register, language: Language) -> Computed:
        return cls(
            lands=[land.name(language) for land in lands(case, ontology)],
            population=inhabitants(case, register),
            size_class=size_class(case, register),
            counted_on=POPULATION_DATE,
            members=[Member.of(place, register) for place in case.places],
        )


class CaseDetail(BaseModel):
    """Everything known about one case."""

    snapshot: str
    id: str
    iri: str
    document: str = Field(description="IRI of the document that describes the case")
    case: Case = Field(description="The curated facts as the front matter of the document states them")
    computed: Computed
    statements: list[ConceptStatement] = Field(description="Curated: from the front matter")
    mentions: list[ExtractedConcept] = Field(description="Extracted: found in the text by linking")
    places: list[PlaceLink] = Field(description="Extracted: places that the text names")
    text: str = Field(description="The document with the record; offsets of mentions count its characters")
    documents: list[DocumentDetail] = Field(description="Every document about the case, the one with the record first")


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
    replaced_by: list[str] = Field(description="What stands for a deprecated concept now")


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
