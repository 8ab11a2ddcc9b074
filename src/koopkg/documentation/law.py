"""Triples on statutes -> each statute with the versions read and the forms it provides, and which Land provides which form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from koopkg.documentation.triples import CHECKED, Reference, Triples
from koopkg.namespaces import BASE, place_iri

__all__ = ["FormByLand", "Land", "Law", "Provision", "Statute", "Version"]

_FEDERATION = "DE"
_IN_FORCE = "http://data.europa.eu/eli/ontology#InForce-inForce"


@dataclass(frozen=True, slots=True)
class Land:
    """A Land, canton or country where law applies; `code` is that of ISO 3166 without the country (`HE`), or the country (`DE`)."""

    iri: str
    code: str
    name: str
    is_part_of_germany: bool


@dataclass(frozen=True, slots=True)
class Provision:
    """Where a statute provides a form, and under which name.

    Attributes:
        slug: The name of the statute in its address.
        anchor: The name of the provision within the statute.
        version: The date of the version that was read; None where the source does not say.
    """

    place: str
    land: str
    statute: str
    slug: str
    anchor: str
    form: str
    sections: str | None
    local_name: str
    is_checked: bool
    version: str | None
    read_on: str
    sources: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a statute that was read; `date` is None where the source does not say."""

    anchor: str
    date: str | None
    read_on: str
    sources: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Statute:
    """A statute on municipal cooperation, as it was read.

    Attributes:
        lands: Where it applies, by name.
        is_in_force: None where no source said so.
        provisions: One a form, also of a statute that applies in several Länder.
    """

    iri: str
    slug: str
    lands: tuple[str, ...]
    title: str
    abbreviation: str
    issued: str | None
    last_amendment: str | None
    note: str | None
    is_checked: bool
    is_in_force: bool | None
    versions: tuple[Version, ...]
    provisions: tuple[Provision, ...]


@dataclass(frozen=True, slots=True)
class FormByLand:
    """A form with what each place provides, one tuple a place in the order asked for, empty where nothing is recorded."""

    form: str
    cells: tuple[tuple[Provision, ...], ...]


class Law:
    """The statutes of the ontology, read once a language."""

    def __init__(self, triples: Triples) -> None:
        self._triples = triples
        self._provisions: dict[str, tuple[Provision, ...]] = {}
        self._statutes: dict[str, tuple[Statute, ...]] = {}

    def statutes(self, language: str) -> tuple[Statute, ...]:
        """All statutes, by Land and abbreviation."""
        if language not in self._statutes:
            self._statutes[language] = tuple(self._read_statutes(language))
        return self._statutes[language]

    def statute(self, iri: str, language: str) -> Statute | None:
        return next((statute for statute in self.statutes(language) if statute.iri == iri), None)

    def provisions(self, language: str, *, forms: Collection[str] | None = None) -> tuple[Provision, ...]:
        """What statutes provide, by Land: everything, or for some forms."""
        if language not in self._provisions:
            self._provisions[language] = tuple(self._read_provisions(language))
        return tuple(provision for provision in self._provisions[language] if forms is None or provision.form in forms)

    def laender(self, language: str) -> list[Land]:
        """The federation and after it its Länder by name."""
        return [*self._places(f"VALUES ?place {{ {_node(_FEDERATION)} }}", language), *self._places(_within(_FEDERATION), language)]

    def abroad(self, language: str) -> list[Land]:
        """Countries other than Germany and their parts that have a statute, by name."""
        return self._places(f"?statute koop:appliesIn ?place FILTER NOT EXISTS {{ {_within(_FEDERATION)} }} FILTER(?place != {_node(_FEDERATION)})", language)

    def forms_by_land(self, places: Sequence[Land], language: str) -> list[FormByLand]:
        """Each form that one of the places provides; forms in no order that matters."""
        cells: dict[str, dict[str, list[Provision]]] = defaultdict(lambda: defaultdict(list))
        for provision in self.provisions(language):
            cells[provision.form][provision.place].append(provision)
        rows = [FormByLand(form, tuple(tuple(found.get(place.iri, ())) for place in places)) for form, found in cells.items()]
        return [row for row in rows if any(row.cells)]

    def _read_statutes(self, language: str) -> list[Statute]:
        rows = self._triples.rows(
            "SELECT ?s ?title ?abbreviation ?note ?status ?issued ?amended ?force"
            " (GROUP_CONCAT(DISTINCT ?name; SEPARATOR='\\n') AS ?lands) {"
            " ?s a koop:Statute ; koop:appliesIn/skos:prefLabel ?name ; dcterms:title ?title ; koop:abbreviation ?abbreviation ; koop:verification ?status"
            " OPTIONAL { ?s skos:note ?note FILTER(LANG(?note) = ?language) } OPTIONAL { ?s dcterms:issued ?issued }"
            " OPTIONAL { ?s koop:lastAmendmentSeen ?amended } OPTIONAL { ?s eli:in_force ?force } FILTER(LANG(?name) = ?language)"
            " } GROUP BY ?s ?title ?abbreviation ?note ?status ?issued ?amended ?force",
            language=language,
        )
        provisions, versions = self.provisions(language), self._versions()
        statutes = [_statute(row, provisions, versions.get(row["s"], ())) for row in rows]
        return sorted(statutes, key=lambda statute: (statute.lands, statute.abbreviation, statute.iri))

    def _read_provisions(self, language: str) -> Iterator[Provision]:
        rows = self._triples.rows(
            "SELECT * { ?s koop:hasProvision ?p ; koop:appliesIn ?place ; koop:abbreviation ?statute . ?place skos:prefLabel ?land ."
            " ?p koop:provides ?form ; koop:localName ?name ; koop:verification ?status ; koop:readOn ?read"
            " OPTIONAL { ?p koop:sections ?sections } OPTIONAL { ?p koop:versionDate ?version } FILTER(LANG(?land) = ?language) }"
            " ORDER BY ?land ?statute ?form ?name",
            language=language,
        )
        for row in rows:
            yield Provision(
                place=row["place"],
                land=row["land"],
                statute=row["statute"],
                slug=_slug(row["s"]),
                anchor=row["p"].partition("#")[2],
                form=row["form"],
                sections=row.get("sections"),
                local_name=row["name"],
                is_checked=row["status"] == CHECKED,
                version=row.get("version"),
                read_on=row["read"],
                sources=self._triples.sources(row["p"]),
            )

    def _places(self, pattern: str, language: str) -> list[Land]:
        rows = self._triples.rows(
            f"SELECT DISTINCT ?place ?code ?name {{ {pattern} ?place dcterms:identifier ?code ; skos:prefLabel ?name FILTER(LANG(?name) = ?language) }}",
            language=language,
        )
        found = [Land(row["place"], row["code"].rpartition("-")[2], row["name"], row["code"].startswith(f"{_FEDERATION}-")) for row in rows]
        return sorted(found, key=lambda land: (land.name.casefold(), land.iri))

    def _versions(self) -> dict[str, tuple[Version, ...]]:
        rows = self._triples.rows(
            "SELECT * { ?e eli:realizes ?s ; koop:readOn ?read OPTIONAL { ?e eli:version_date ?date } } ORDER BY ?s DESC(?date) ?e",
        )
        found: dict[str, list[Version]] = defaultdict(list)
        for row in rows:
            found[row["s"]].append(Version(row["e"].partition("#")[2], row.get("date"), row["read"], self._triples.sources(row["e"])))
        return {iri: tuple(versions) for iri, versions in found.items()}


def _statute(row: dict[str, str], provisions: Sequence[Provision], versions: tuple[Version, ...]) -> Statute:
    slug, lands = _slug(row["s"]), tuple(sorted(row["lands"].split("\n"), key=str.casefold))
    return Statute(
        iri=row["s"],
        slug=slug,
        lands=lands,
        title=row["title"],
        abbreviation=row["abbreviation"],
        issued=row.get("issued"),
        last_amendment=row.get("amended"),
        note=row.get("note"),
        is_checked=row["status"] == CHECKED,
        is_in_force=row["force"] == _IN_FORCE if "force" in row else None,
        versions=versions,
        provisions=tuple(provision for provision in provisions if (provision.slug, provision.land) == (slug, lands[0])),
    )


def _slug(iri: str) -> str:
    return iri.removeprefix(f"{BASE}statute/")


def _node(key: str) -> str:
    return str(ox.NamedNode(place_iri(key)))


def _within(country: str) -> str:
    return f"?place dcterms:isPartOf {_node(country)} ."
