"""A document without a record, what was decided of it and what people said to that -> a draft, and what is searched of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from koopkg.analyses import Analyses
from koopkg.deciding import Decider, Meanings
from koopkg.linking import Linker
from koopkg.model import (
    CASE_FIELDS,
    CONCEPT_OF,
    IS_CASE,
    OTHER_CASE,
    Asked,
    Case,
    Decided,
    Document,
    Draft,
    FactorEvidence,
    Kinship,
    Linked,
    Mention,
    Obstacle,
    Place,
    PlaceKind,
    PlaceLink,
    Proposal,
    Review,
    Zone,
)
from koopkg.namespaces import place_iri
from koopkg.ontology import Ontology
from koopkg.register import Area, Register

__all__ = ["ASKED", "LAND", "MEMBER", "TAKEN", "Drafter", "as_case", "draft_of", "questions_of", "reviewed"]

TAKEN, ASKED = 0.85, 0.2
"""Probability from which a value counts until somebody looks at it, and from which it is asked about; below it is dropped. The probabilities are calibrated:
`koopkg eval linking` prints what share of each zone is right."""
_LIKELY_CASE = 0.5
MEMBER = {"municipality": (0.68, 0.87, 0.95), "association": (0.68, 0.68, 0.68), "district": (0.48, 0.85, 0.95)}
"""Level of a place -> how often one that a text names once, twice, or more often is a member of its cooperation: measured over the accounts of the
German cases of the corpus, and held against them by a test."""
LAND = ((1.0, 0.99), (0.8, 0.92), (0.5, 0.7))
"""Share of the places of a text that lie in one Land -> how often that is the Land of its cooperation; measured likewise."""
_LAND_DIGITS, _OF_A_LAND = 2, slice(0, 2)
_LARGER_KINDS: tuple[PlaceKind, ...] = ("Verbandsgemeinde", "Samtgemeinde", "Verwaltungsgemeinschaft", "Amt")
_TOLD = frozenset(("success_factors", "obstacles"))
_FIELD_OF = {scheme: name for name, scheme in CONCEPT_OF.items()}
_LEAST_USE = 0.2
_USE = {field.name: _LEAST_USE + field.weight for field in CASE_FIELDS} | {"places": 0.5, IS_CASE: 1.5, OTHER_CASE: 1.5}
"""How much it helps to have a field answered: its weight in the ranking and a little, and more where all other answers hang on it."""
_RANK = {field.name: rank for rank, field in enumerate(CASE_FIELDS)}


class Drafter:
    """Makes drafts by the weights that are installed with this package."""

    def __init__(self, linker: Linker, ontology: Ontology, register: Register, analyses: Analyses, meanings: Meanings) -> None:
        self._linker, self._ontology, self._register, self._analyses, self._meanings = linker, ontology, register, analyses, meanings

    def draft(self, document: Document, linked: Linked, reviews: Mapping[tuple[str, str], Review]) -> Draft:
        """The draft of a document.

        Args:
            linked: What the document names.
            reviews: Those of the document, by field and value.
        """
        decided = self._decider.decide(document.passages, linked)
        return draft_of(document, linked, decided, reviews, self._register, self._ontology)

    @cached_property
    def _decider(self) -> Decider:
        """Only where there are drafts: its weights take a moment to load."""
        return Decider(self._linker, self._ontology, self._analyses, self._meanings)


def draft_of(document: Document, linked: Linked, decided: Decided, reviews: Mapping[tuple[str, str], Review], register: Register, ontology: Ontology) -> Draft:
    """The draft of a document.

    Args:
        reviews: Those of the document, by field and value.
    """
    proposals = [*_concepts(decided), *_numbers(decided), *_places(linked, decided, register), *_land(linked, decided, ontology)]
    paged = (replace(item, page=document.page_of(item.evidence.start) if item.evidence else None) for item in proposals)
    is_about_case = decided.is_case >= _LIKELY_CASE and decided.cooperations is None
    draft = Draft(document.id, document.title, document.language, decided.is_case, is_about_case, tuple(paged), decided.several, decided.cooperations)
    return reviewed(draft, reviews)


def reviewed(draft: Draft, reviews: Mapping[tuple[str, str], Review]) -> Draft:
    """A draft as people left it; the same reviews once more change nothing."""
    is_about = reviews.get((IS_CASE, "true"))
    proposals = _reviewed(draft.proposals, reviews)
    return replace(
        draft,
        is_about_case=is_about.verdict == "accept" if is_about else draft.is_about_case,
        proposals=tuple(sorted(proposals, key=lambda item: (_RANK[item.field], -(item.probability or 1.0), str(item.value)))),
    )


def as_case(draft: Draft, register: Register, ontology: Ontology) -> Case:
    """A draft in the shape of a record, with what counts of it: what is searched. Country and status are empty where nothing tells them."""
    values = {field.name: tuple(_stated(item, ontology) for item in draft.of(field.name)) for field in CASE_FIELDS}
    areas = [area for key in values["places"] if (area := register.get(str(key)))]
    told = {
        field.name: values[field.name] if field.is_many else values[field.name][0]
        for field in CASE_FIELDS
        if values[field.name] and field.name not in ("places", "country")
    }
    land = ontology.territory_by_name(str(told["state"])) if "state" in told else None
    country = str(land.part_of).rpartition("/")[2] if land else "DE" if areas else ""
    known = {
        "id": draft.id,
        "title": draft.title,
        "title_en": draft.title,
        "country": country,
        "status": "",
        "sectors": (),
        "service": "",
        "cooperation_type": (),
    }
    return Case(**{**known, **told, "places": tuple(Place(area.label, _kind(area), area.key) for area in areas)})  # type: ignore[arg-type]  # of the types that their fields propose


def questions_of(draft: Draft, offers: Iterable[Kinship]) -> Iterator[Asked]:
    """What people are asked about a draft: whether it speaks of a cooperation, then whether it is one of the known ones, and each proposal that is open.

    Of one that seems to tell of several cooperations the first question is whether it speaks of a single one.
    An answer helps most where nobody can tell, and where the ranking goes by the field.
    """
    yield _asked(draft, IS_CASE, "true", round(draft.is_case * (1 - draft.several), 3) if draft.cooperations else draft.is_case)
    if draft.is_about_case:
        yield from (_asked(draft, OTHER_CASE, offer.id, offer.probability) for offer in offers)
        open_ = (proposal for proposal in draft.proposals if proposal.state == "proposed" and proposal.probability is not None)
        yield from (_asked(draft, proposal.field, str(proposal.value), proposal.probability or 0.0) for proposal in open_)


def _asked(draft: Draft, field: str, value: str, probability: float) -> Asked:
    return Asked(draft.id, field, value, probability, round(4 * probability * (1 - probability) * _USE.get(field, _LEAST_USE), 6))


def _zone(probability: float) -> Zone:
    return "taken" if probability >= TAKEN else "asked"


def _proposal(field: str, value: str | int, probability: float, evidence: Mention | None) -> Iterator[Proposal]:
    """A proposal, where it is likely enough to be asked about."""
    if probability >= ASKED:
        yield Proposal(field=field, value=value, probability=round(probability, 3), zone=_zone(probability), state="proposed", evidence=evidence)


def _concepts(decided: Decided) -> Iterator[Proposal]:
    for decision in decided.concepts:
        if decision.scheme in _FIELD_OF:
            yield from _proposal(_FIELD_OF[decision.scheme], decision.slug, decision.confidence, decision.evidence[0] if decision.evidence else None)


def _numbers(decided: Decided) -> Iterator[Proposal]:
    for fact in decided.facts:
        yield from _proposal(fact.field, fact.value, fact.confidence, fact.evidence[0])


def _places(linked: Linked, decided: Decided, register: Register) -> Iterator[Proposal]:
    """The places that a text names, as members; Länder are none."""
    for key, links in _keyed(linked).items():
        area = register.get(key)
        if area is not None:
            mentions = sorted((mention for link in links for mention in link.evidence), key=lambda mention: mention.start)
            shares = MEMBER[area.level]
            sure = shares[min(len(mentions), len(shares)) - 1] * max(link.confidence for link in links)
            yield from _proposal("places", key, sure * decided.is_case, mentions[0])


def _land(linked: Linked, decided: Decided, ontology: Ontology) -> Iterator[Proposal]:
    """The Land or canton in which most of the places lie that a text names; where it names none that lies in one, the one it names itself."""
    within: dict[str, list[Mention]] = {}
    named: dict[str, list[Mention]] = {}
    for link in linked.places:
        if link.ags and len(link.ags) > _LAND_DIGITS:
            within.setdefault(place_iri(link.ags[_OF_A_LAND]), []).extend(link.evidence[:1])
        elif link.iri in ontology.territories and ontology.territories[link.iri].part_of:
            named.setdefault(link.iri, []).extend(link.evidence)
    found = within or named
    for iri, mentions in sorted(found.items(), key=lambda item: -len(item[1]))[:1]:
        share = len(mentions) / sum(map(len, found.values()))
        sure = next((probability for least, probability in LAND if share >= least), 0.0)
        yield from _proposal("state", ontology.territories[iri].name(), sure * decided.is_case, min(mentions, key=_start))


def _start(mention: Mention) -> int:
    return mention.start


def _stated(item: Proposal, ontology: Ontology) -> str | int | FactorEvidence | Obstacle:
    """A value as a record states it: a factor or an obstacle with the words that tell it, which are its name where nothing but a person does."""
    if item.field not in _TOLD:
        return item.value
    slug = str(item.value)
    words = item.evidence.quote if item.evidence else ontology.concept(CONCEPT_OF[item.field], slug).label("de")
    return FactorEvidence(factor=slug, evidence=words) if item.field == "success_factors" else Obstacle(text=words, obstacle=slug)


def _kind(area: Area) -> PlaceKind:
    """What a place of the register is called in a record."""
    if area.level == "district":
        return "Landkreis"
    if area.level == "association":
        return next((kind for kind in _LARGER_KINDS if kind == area.kind), "Verbandsgemeinde")
    return "Stadt" if "stadt" in area.kind.lower() else "Gemeinde"


def _keyed(linked: Linked) -> dict[str, list[PlaceLink]]:
    found: dict[str, list[PlaceLink]] = {}
    for link in linked.places:
        if link.ags:
            found.setdefault(link.ags, []).append(link)
    return found


def _reviewed(proposals: Sequence[Proposal], reviews: Mapping[tuple[str, str], Review]) -> Iterator[Proposal]:
    """The proposals as people left them, and what people put in place of some. Of a field with one value that one counts which they confirmed."""
    said = {key: review for key, review in reviews.items() if key[0] in _RANK}
    added = {(review.field, str(review.instead)): review for review in said.values() if review.verdict == "replace" and review.instead is not None}
    confirmed = {review.field for review in said.values() if review.verdict in ("accept", "replace")}
    for item in proposals:
        review, key = said.get((item.field, str(item.value))), (item.field, str(item.value))
        if key in added or (review and review.verdict == "accept"):
            added.pop(key, None)
            yield replace(item, state="confirmed")
        elif review or (item.field in confirmed and not _IS_MANY[item.field]):
            yield replace(item, state="refused")
        else:
            yield item
    for review in added.values():
        if review.instead is not None:
            yield Proposal(field=review.field, value=review.instead, probability=None, zone="taken", state="confirmed")
    known = {(item.field, str(item.value)) for item in proposals}
    for key, review in said.items():  # what the machine no longer proposes stays confirmed
        if review.verdict == "accept" and key not in known and key not in added:
            yield Proposal(field=review.field, value=review.value, probability=None, zone="taken", state="confirmed")


_IS_MANY = {field.name: field.is_many for field in CASE_FIELDS}
