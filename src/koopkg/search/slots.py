"""A search text -> what it says beside its subject: where, how many, how large, since when, what came of it, and what it must not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from koopkg.language import NUMBER_WORDS
from koopkg.model import Link, Linked, Mention, PlaceLink
from koopkg.namespaces import PLACE
from koopkg.ontology import Ontology
from koopkg.search.manner import Manner

__all__ = ["KINDS", "Role", "Slot", "SlotKind", "inhabitants_of_all", "key_of_concept", "key_of_place", "slots_in"]

SlotKind = Literal["outcome", "land", "region", "not", "no-legal-person", "partners", "inhabitants", "founded", "private", "cross-border", "citizens", "staff"]
Role = Literal["condition", "context", "preference", "exclusion", "perhaps"]
"""What a slot does: `condition` leaves only the cases that meet it, where there are some; `exclusion` leaves those that do not; `preference` ranks what
meets it higher; `context` is where or who somebody is, and ranks like any other place."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Something that is said beside the subject, and the words that say it.

    Attributes:
        value: Of an outcome `ended` or `planned`; of a land its key (`06`, `AT-3`, `CH`), of a region the last part of its IRI; of what is excluded the key of
            a concept (`legal-form/zweckverband`) or of a place (`place/09`); of numbers the stretch that they mean (`3`, `3-5`, `2015-`).
        least, most: Of numbers the stretch itself, both ends included; None where it is open. Partners are members, inhabitants those of one municipality.
    """

    kind: SlotKind
    value: str
    role: Role
    evidence: tuple[Mention, ...]
    least: int | None = None
    most: int | None = None

    @property
    def key(self) -> str:
        """The name by which it can be taken back; of a land that of the place."""
        return f"place/{self.value}" if self.kind == "land" else f"{self.kind}/{self.value}"


def key_of_concept(link: Link) -> str:
    """The name by which a concept of a text can be taken back."""
    return f"{link.scheme}/{link.slug}"


def key_of_place(place: PlaceLink) -> str:
    """The name by which a place of a text can be taken back: with its key, or where several places have the name, with that."""
    return f"place/{place.iri.removeprefix(PLACE) if place.iri else place.name}"


def slots_in(text: str, linked: Linked | None = None, ontology: Ontology | None = None) -> tuple[Slot, ...]:
    """Everything that a text says beside its subject, by kind in the order of the table; of the same kind and value once.

    Args:
        text: Normalised.
        linked: What it names; without that, lands and what is negated are not found.
        ontology: Without it, regions are not found.
    """
    reading = _Reading(text, Manner(text), linked or Linked("de", (), ()), ontology)
    found: dict[tuple[str, str], Slot] = {}
    for row in _TABLE.values():
        for slot in row(reading):
            found.setdefault((slot.kind, slot.value), slot)
    return tuple(found.values())


@dataclass(frozen=True)
class _Reading:
    """A text with what is known of it."""

    text: str
    manner: Manner
    linked: Linked
    ontology: Ontology | None

    @cached_property
    def regions(self) -> Mapping[str, tuple[Mention, ...]]:
        """Last part of the IRI of each region that is named -> where."""
        return dict(_named_regions(self))


# What came of it

_ENDED = re.compile(
    r"\b(?:"
    r"(?:ge)?scheiter\w*|(?:auf|ab)gelöst\w*|auflös\w+|auflösung\w*|auseinander(?:ge\w+|\w+)?|austritt\w*|austr[ae]t\w*|ausgetreten\w*"
    r"|beendet\w*|beendigung|aufgegeben\w*|rückabwick\w+|schief\s?(?:ge\w+|ging\w*|läuft|lief)|(?:ging|gehen|geht|gegangen|lief|läuft)\s+(?:\w+\s+)?schief"
    r"|geplatzt\w*|platzte\w*|abgelehnt\w*|verworfen\w*|fehlgeschlagen\w*|misslung\w+|zerbroch\w+|zerbrach\w*|abgebroch\w+|gestoppt\w*"
    r"|nicht\s+(?:geklappt|funktioniert|gerechnet|zustande)"
    r"|fail(?:ed|ure|ures|ing|s)?|brok(?:e|en)\s+(?:up|down|apart)|break(?:ing)?\s?up|dissol\w+|withdr\w+|pull(?:ed|ing)?\s+out|abandon\w*|g[ai]ve(?:n)?\s+up"
    r"|went\s+wrong|go(?:ing|ne)?\s+wrong|collaps\w+|scrapped|voted\s+down|split(?:ting)?\s+up|terminated|fell\s+(?:through|apart)|falling\s+apart"
    r")\b",
    re.IGNORECASE,
)
"""Words for an end, in German and English: of cooperations, decisions and treaties."""
_PLANNED = re.compile(
    r"\b(?:(?:sind|ist|werden|wird|noch|erst|gerade|derzeit)\s+(?:\w+\s+)?geplant|geplante\w*|in\s+(?:der\s+)?Planung"
    r"|(?:are|is|being|still|currently)\s+planned|planned|(?:in|at)\s+(?:the\s+)?planning(?:\s+stage)?)\b",
    re.IGNORECASE,
)
"""Words for what is not there yet; asked of others, because nearly everybody plans something."""


def _outcomes(reading: _Reading) -> Iterator[Slot]:
    if reading.manner.is_long:
        return
    if ended := _mentions(_ENDED, reading.text):
        yield Slot("outcome", "ended", "preference", ended)
    if planned := tuple(mention for mention in _mentions(_PLANNED, reading.text) if reading.manner.asks_at(mention.start)):
        yield Slot("outcome", "planned", "preference", planned)


# Where

_LAND_EXCLUDED = re.compile(
    r"\b(?:nicht\s+(?:in|aus)|außer(?:halb)?(?:\s+(?:in|aus|von))?|not\s+(?:in|from)|outside(?:\s+of)?|except(?:\s+in)?)\s+(?:de[mr]\s+)?\Z", re.IGNORECASE
)


def _lands(reading: _Reading) -> Iterator[Slot]:
    regions = [mention for evidence in reading.regions.values() for mention in evidence]
    for place in _territories(reading):
        if not _is_before(_LAND_EXCLUDED, reading, place.evidence) and not all(_is_within(mention, regions) for mention in place.evidence):
            yield Slot("land", str(place.iri).removeprefix(PLACE), _role(reading, place.evidence), place.evidence)


def _regions(reading: _Reading) -> Iterator[Slot]:
    for name, evidence in reading.regions.items():
        yield Slot("region", name, _role(reading, evidence), evidence)


def _named_regions(reading: _Reading) -> Iterator[tuple[str, tuple[Mention, ...]]]:
    if reading.ontology is None:
        return
    places = [mention for place in reading.linked.places for mention in place.evidence]
    found: dict[str, list[Mention]] = {}
    by_name, expression = _region_names(reading.ontology)
    for match in expression.finditer(reading.text):
        mention = _mention(match)
        if not any(mention.start < place.end and place.start < mention.end and not _is_within(place, [mention]) for place in places):
            found.setdefault(by_name[str(match.lastgroup)], []).append(mention)
    for iri, mentions in found.items():
        yield iri.removeprefix(PLACE), tuple(mentions)


@lru_cache(maxsize=2)
def _region_names(ontology: Ontology) -> tuple[dict[str, str], re.Pattern[str]]:
    """Group of the expression -> IRI of the region, and the expression that finds all names, the longest first, with German endings."""
    names = {name: region.iri for region in ontology.regions.values() for name in (*(name for _, name in region.names), *region.other_names)}
    groups, parts = {}, []
    for number, name in enumerate(sorted(names, key=lambda name: (-len(name), name))):
        groups[f"g{number}"] = names[name]
        words = r"\s+".join(rf"(?i:{re.escape(word[0])}){re.escape(word[1:])}(?:e?[nmrs]|e)?" for word in name.split())
        parts.append(rf"(?P<g{number}>{words if name[0].islower() else words.replace('(?i:', '(?:', 1)})")
    return groups, re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)")


def _territories(reading: _Reading) -> Iterator[PlaceLink]:
    """Länder, cantons and countries among the places; without the country where a part of it is named."""
    ontology = reading.ontology
    if ontology is None:
        return
    found = [place for place in reading.linked.places if place.iri in ontology.territories]
    above = {ontology.territories[str(place.iri)].part_of for place in found}
    yield from (place for place in found if str(place.iri).removeprefix(PLACE) not in above)


def _role(reading: _Reading, evidence: Iterable[Mention]) -> Role:
    return "condition" if any(reading.manner.asks_at(mention.start) for mention in evidence) else "context"


# What it must not be

_NEGATABLE = frozenset({"legal-form", "cooperation-type", "actor-type"})
"""Schemes of which concepts are excluded: what people do without. Who has no doctor or no depot is looking for one."""
_ARTICLE = r"(?:(?:ein|eigen|neu|weiter|gemeinsam|extra|klassisch|privat)\w*|der|den|dem|die|das|an?|the|another|own|its|new|private)\s+"
_NEGATED = re.compile(
    r"(?<!nicht )(?<!not )\b(?:ohne|kein(?:e[nrms]?|e)?|nicht\s+(?:als|über|durch)|anstatt|without|no|not\s+(?:as|through|via)|instead\s+of)"
    rf"\s+(?:{_ARTICLE}){{0,2}}\Z",
    re.IGNORECASE,
)
_HAD = re.compile(r"\b(?:haben|hat|habe|hatten?|gibt|gab|there\s+(?:is|was)|have|has|had)\b[^,.;:?!]{0,25}\b(?:kein\w*|no)\s+[\w ]*\Z", re.IGNORECASE)
"""Who has none says so, and excludes nothing."""
_SOMETHING_ELSE = re.compile(r"[^,.;:?!]{0,60}\b(?:zu\s+(?!gründen|bilden|schaffen)\w+n|(?!zu)\w+zu\w+en)\b", re.IGNORECASE)
"""Behind words that are done without something being done to them (ohne die Gemeinden aufzulösen)."""
_GOES_ON = re.compile(rf"\s*(?:oder|noch|und|or|nor|and)\s+(?:{_ARTICLE})?\Z", re.IGNORECASE)
_LONGEST_NEGATION = 60


def _excluded(reading: _Reading) -> Iterator[Slot]:
    if reading.manner.is_long:
        return
    ends: set[int] = set()
    links = [link for link in reading.linked.concepts if link.scheme in _NEGATABLE]
    mentions = sorted({mention for link in links for mention in link.evidence}, key=lambda mention: mention.start)
    mentions = [mention for mention in mentions if not _is_within(mention, mentions)]
    for mention in mentions:
        goes_on = any(0 <= mention.start - end < _LONGEST_NEGATION and _GOES_ON.fullmatch(reading.text, end, mention.start) for end in ends)
        if goes_on or _is_negated(reading.text, mention):
            ends.add(mention.end)
    excluded = {mention for mention in mentions if mention.end in ends}
    for link in links:
        if excluded.issuperset(link.evidence):
            yield Slot("not", key_of_concept(link), "exclusion", link.evidence)
    for place in _territories(reading):
        if _is_before(_LAND_EXCLUDED, reading, place.evidence):
            yield Slot("not", key_of_place(place), "exclusion", place.evidence)


def _is_negated(text: str, mention: Mention) -> bool:
    begin = max(mention.start - _LONGEST_NEGATION, 0)
    is_left_out = _NEGATED.search(text, begin, mention.start) is not None and _HAD.search(text, begin, mention.start) is None
    return is_left_out and _SOMETHING_ELSE.match(text, mention.end) is None


_NO_LEGAL_PERSON = re.compile(
    r"\b(?:(?:ohne|keine)\s+(?:eigene[nr]?\s+)?(?:Rechtsform|Rechtspersönlichkeit|juristische\s+Person)|(?:without|no)\s+(?:a\s+|any\s+|separate\s+)?(?:legal\s+(?:entity|personality|form))(?:\s+of\s+its\s+own)?)\b",
    re.IGNORECASE,
)


def _without_legal_person(reading: _Reading) -> Iterator[Slot]:
    if not reading.manner.is_long and (found := _mentions(_NO_LEGAL_PERSON, reading.text)):
        yield Slot("no-legal-person", "yes", "exclusion", found)


# How many, how large, since when

_NUMBER = rf"(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}|\d{{1,2}})"
_MUNICIPALITIES = (
    r"(?:(?:orts|nachbar|land|berg|samt|verbands|markt|mitglieds|klein|anrainer|tal|umland)?(?:gemeinden?|städten?|kommunen?|dörfern?|orten?)|ortschaften|(?:land)?kreisen?"
    r"|municipalit(?:y|ies)|towns|villages|communes|counties|districts|parishes|cities|local\s+authorities)"
)
_ADJECTIVES = r"(?:(?:(?-i:[a-zäöüß])[a-zäöüß-]+(?:e|en|er|ing|al|ed|ll)|unserer|other)\s+){0,2}"
_PARTNERS = re.compile(
    rf"(?<![\w.,-])(?P<least>{_NUMBER})(?:\s*(?:bis|oder|-|–|to|or)\s*(?P<most>{_NUMBER}))?\s+{_ADJECTIVES}{_MUNICIPALITIES}\b", re.IGNORECASE
)
_FEWEST_PARTNERS = 2
_AMOUNT = r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d{2,7}"
_INHABITANTS = re.compile(
    rf"(?:(?P<under>unter|weniger\s+als|bis\s+zu|under|fewer\s+than|less\s+than|up\s+to)\s+)?(?<![\w.,])"
    rf"(?:(?P<first>{_AMOUNT})\s*(?P<joint>und|and|bis|to|-|–)\s*)?(?P<number>{_AMOUNT})\s*"
    r"(?:-?\s?(?:einwohner(?!wert|gleich)\w*|einw(?:\.|\b)|inhabitants|residents)|(?P<people>leuten?|menschen|seelen|people|souls)\b)",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:je|jeweils|each|every|with)\b[^.?!]{0,15}\Z", re.IGNORECASE)
"""Before people that are those of a municipality."""
_TOGETHER = re.compile(r"\b(?:zusammen|insgesamt|gemeinsam|in\s+total|altogether|together)\b[^.?!]{0,20}\Z", re.IGNORECASE)
_TOGETHER_BEHIND = re.compile(r"\s*(?:zusammen|insgesamt|in\s+total|altogether|together)\b", re.IGNORECASE)
_NEAR = 40
_FOUNDED = re.compile(
    r"\b(?:(?P<found>gegründet\w*|entstanden\w*|gestartet\w*|begonnen\w*|eingeführt\w*|errichtet\w*|founded|started|set\s+up|established|created)\b[^.?!]{0,30})?"
    r"\b(?P<how>seit|nach|ab|vor|since|after|from|before|in)\s+(?:dem\s+Jahr\s+)?(?P<year>(?:19|20)\d\d)\b"
    r"(?:[^.?!]{0,30}\b(?P<behind>gegründet\w*|entstanden\w*|gestartet\w*|begonnen\w*|eingeführt\w*|errichtet\w*|founded|started|set\s+up|established|created))?",
    re.IGNORECASE,
)
_BEFORE, _AFTER = frozenset({"vor", "before"}), frozenset({"nach", "after"})


def _partners(reading: _Reading) -> Iterator[Slot]:
    """The first number of municipalities: others are mostly parts of it or neighbours."""
    for match in _PARTNERS.finditer(reading.text):
        least, most = (_number(match.group(name) or match.group("least")) for name in ("least", "most"))
        if _FEWEST_PARTNERS <= least <= most:
            yield Slot("partners", _stretch(least, most), "preference", (_mention(match),), least, most)
            return


def _inhabitants(reading: _Reading) -> Iterator[Slot]:
    """The first number of inhabitants of one municipality; of what all have together the share of each, where their number is told."""
    partners = next((slot.least for slot in _partners(reading) if slot.least == slot.most), None)
    for told in _told_inhabitants(reading.text):
        least, most = told.least, told.most
        if told.is_of_all:
            if not partners:
                continue
            least = most = _rounded(told.most / partners)
        yield Slot("inhabitants", _stretch(least, most), "preference", (told.mention,), least, most)
        return


def inhabitants_of_all(text: str, partners: int | None) -> int | None:
    """How many inhabitants all partners have together, by the first number that a text tells; None where it tells none of all.

    Args:
        partners: How many there are; where nobody says, whoever tells a number is alone.
    """
    for told in _told_inhabitants(text):
        if told.total is not None:
            return told.total
        if told.least == told.most:
            return told.most * (partners or 1)
    return None


@dataclass(frozen=True, slots=True)
class _Inhabitants:
    """A number of inhabitants as a text has it: of one municipality from `least` to `most`, or of all; `total` where it is told what all have."""

    mention: Mention
    least: int | None
    most: int
    is_of_all: bool
    total: int | None


def _told_inhabitants(text: str) -> Iterator[_Inhabitants]:
    for match in _INHABITANTS.finditer(text):
        before, behind = text[max(match.start() - _NEAR, 0) : match.start()], text[match.end() : match.end() + _NEAR]
        is_of_all = bool(_TOGETHER.search(before) or _TOGETHER_BEHIND.match(behind))
        if match.group("people") and not is_of_all and not _EACH.search(before):
            continue
        first, last = (int(re.sub(r"\D", "", match.group(name) or match.group("number"))) for name in ("first", "number"))
        least = None if match.group("under") else min(first, last)
        total = last if is_of_all else first + last if match.group("joint") in ("und", "and") else None
        yield _Inhabitants(_mention(match), least, max(first, last), is_of_all, total)


def _rounded(number: float) -> int:
    """To hundreds from a thousand on: a share is no more exact than that."""
    return int(round(number, -2 if number >= 1_000 else -1))


def _founded(reading: _Reading) -> Iterator[Slot]:
    """Years in which what is asked for began; only where a word says that it did."""
    for match in _FOUNDED.finditer(reading.text):
        year, how = int(match.group("year")), match.group("how").lower()
        if not (match.group("found") or match.group("behind")) or not reading.manner.asks_at(match.start("how")):
            continue
        least = None if how in _BEFORE else year + (how in _AFTER)
        most = year - 1 if how in _BEFORE else year if how == "in" else None
        yield Slot("founded", _stretch(least, most), "condition", (_mention(match),), least, most)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBER_WORDS[word.lower()]


def _stretch(least: int | None, most: int | None) -> str:
    return str(least) if least == most else f"{'' if least is None else least}-{'' if most is None else most}"


# Who is in it

_WORDS: dict[SlotKind, re.Pattern[str]] = {
    "private": re.compile(
        r"\b(?:mit\s+(?:(?:einem|einer|den)\s+)?privat\w*(?:\s+(?:Partner\w*|Unternehmen|Firm\w+|Investor\w*|Betreiber\w*|Dritten))?|private[nr]?\s+Partner\w*"
        r"|ÖPP|PPP|public[\s-]private|with\s+(?:a\s+)?private\s+(?:partner\w*|compan\w+|investors?|operators?))\b",
        re.IGNORECASE,
    ),
    "cross-border": re.compile(
        r"\b(?:(?:grenz|länder|staaten)übergreifend\w*|grenzüberschreitend\w*|über\s+(?:die\s+)?(?:Landes|Länder|Staats)grenzen?|cross[\s-]border|across\s+(?:the\s+)?(?:state\s+|national\s+)?borders?)\b",
        re.IGNORECASE,
    ),
    "citizens": re.compile(
        r"\b(?:bürgergetragen\w*|bürgerschaftlich\w*|von\s+(?:den\s+)?Bürger(?:n|innen)\b[^.?!]{0,30}\b(?:getragen|gegründet|betrieben)"
        r"|getragen\s+von\b[^.?!]{0,12}\bBürger(?:n|innen)|citizen[\s-](?:led|run|owned)|(?:run|owned|led)\s+by\s+(?:citizens|residents|locals))\b",
        re.IGNORECASE,
    ),
}


_EMPLOY = r"(?:einzustellen|anzustellen|einstellen|anstellen|beschäftigen|eingestellt|angestellt)"
_STAFF = r"(?:Personal|Mitarbeiter\w*|Mitarbeitende\w*|Beschäftigte\w*|Fachkr[aä]ft\w*|Angestellte\w*|Leute)"
_WITH_STAFF = re.compile(
    rf"(?<!kein )(?<!ohne )\b(?:eigene[smnr]?\s+{_STAFF}|{_STAFF}\s+(?:\w+\s+)?{_EMPLOY}"
    r"|(?<!no )(?<!without )(?:own\s+(?:staff|employees|personnel)|(?:employ\w*|hir\w+)\s+(?:its\s+own\s+|our\s+own\s+|own\s+)?(?:staff|people|employees)))\b",
    re.IGNORECASE,
)


def _staff(reading: _Reading) -> Iterator[Slot]:
    if found := _mentions(_WITH_STAFF, reading.text):
        yield Slot("staff", "yes", "preference", found)


_AT_WILL = re.compile(r"\b(?:gern|gerne|auch|möglichst|eventuell|vielleicht|ideally|preferably|also|maybe)\b[^.?!]{0,20}\Z", re.IGNORECASE)
_TOO = re.compile(r"\s+(?:too|as well|if possible|wenn möglich)\b", re.IGNORECASE)


def _said(kind: SlotKind) -> Callable[[_Reading], Iterator[Slot]]:
    def row(reading: _Reading) -> Iterator[Slot]:
        if not reading.manner.is_long and (found := _mentions(_WORDS[kind], reading.text)):
            yield Slot(kind, "yes", "condition" if any(_is_asked(reading, mention) for mention in found) else "preference", found)

    return row


def _is_asked(reading: _Reading, mention: Mention) -> bool:
    """Whether words ask for something, and do not only say that it would be welcome."""
    at_will = _AT_WILL.search(reading.text, max(mention.start - _LONGEST_NEGATION, 0), mention.start) or _TOO.match(reading.text, mention.end)
    return not at_will and reading.manner.asks_at(mention.start)


_TABLE: dict[SlotKind, Callable[[_Reading], Iterator[Slot]]] = {
    "land": _lands,
    "region": _regions,
    "not": _excluded,
    "no-legal-person": _without_legal_person,
    "founded": _founded,
    "outcome": _outcomes,
    "partners": _partners,
    "inhabitants": _inhabitants,
    **{kind: _said(kind) for kind in _WORDS},
    "staff": _staff,
}
"""Kind of slot -> how it is found in a text, German or English. What each does to a result stands in `koopkg.search.fitting`."""
KINDS = tuple(_TABLE)


def _mentions(expression: re.Pattern[str], text: str) -> tuple[Mention, ...]:
    return tuple(_mention(match) for match in expression.finditer(text))


def _is_within(mention: Mention, others: Iterable[Mention]) -> bool:
    """Whether words are a part of longer ones."""
    return any(other.start <= mention.start and mention.end <= other.end and len(mention.quote) < len(other.quote) for other in others)


def _mention(match: re.Match[str]) -> Mention:
    return Mention(match.start(), match.end(), match.group())


def _is_before(expression: re.Pattern[str], reading: _Reading, evidence: Iterable[Mention]) -> bool:
    """Whether an expression stands right before each of some words."""
    return all(expression.search(reading.text, max(mention.start - _LONGEST_NEGATION, 0), mention.start) for mention in evidence)
