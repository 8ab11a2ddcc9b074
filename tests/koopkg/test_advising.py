"""What an advice says is in the records and the law that it cites, and what it does not know it says."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from statistics import mean

import pypdfium2
import pytest

from koopkg.advising import (
    Advice,
    Dossier,
    Item,
    Profile,
    Quote,
    advise,
    checked_profile,
    dossier_of,
    dossier_pdf,
    plain_advice,
    profile_from_json,
    profile_to_json,
    understood_profile,
)
from koopkg.documentation import Documentation
from koopkg.errors import QueryError
from koopkg.members import lands
from koopkg.messages import translated
from koopkg.model import Case
from koopkg.namespaces import concept_iri
from koopkg.search import comparable
from koopkg.snapshot import OpenSnapshot

DEPOT = "Wir sind vier Dörfer in Hessen und wollen einen gemeinsamen Bauhof."
SHOP = "Unser Dorfladen in Brandenburg steht vor der Schließung, wir Bürger wollen ihn retten."
OFFICE = "Zwei Städte in NRW wollen ihre IT-Abteilungen zusammenlegen."
DAY = dt.date(2026, 11, 28)


@pytest.fixture(scope="module")
def documentation(full: OpenSnapshot) -> Documentation:
    return Documentation(full.files.unharmed(full.files.ontology))


def case_of(opened: OpenSnapshot, name: str) -> Case:
    return opened.catalog.entry(opened.catalog.row_of(name)).case


def quotes_of(advice: Advice) -> Iterator[Quote]:
    for told in (*advice.success_factors, *advice.obstacles):
        yield from told.quotes
    for failure in advice.failures:
        yield from failure.reasons
    yield from (figure.quote for figure in advice.figures)
    yield from advice.cost_sharing


def printed(dossier: Dossier, heading: str) -> str:
    """What stands in a section, in German."""
    [section] = [section for section in dossier.sections if translated(section.heading, "en") == heading]
    cells = [cell for row in (section.table.rows if section.table else ()) for cell in row]
    return "\n".join(translated(item.message, "de") for item in (*section.sentences, *cells, *section.points))


@pytest.fixture(scope="module", params=[DEPOT, SHOP, OFFICE], ids=["depot", "shop", "office"])
def advice(request: pytest.FixtureRequest, full: OpenSnapshot, documentation: Documentation) -> Advice:
    return advise(full, documentation, understood_profile(full, request.param))


def test_three_comparable_cases_and_a_way_that_the_law_provides(advice: Advice) -> None:
    assert len(advice.comparable) >= 3
    assert any(form.option in ("statute", "federal") for form in advice.legal_forms)


def test_every_quote_is_in_the_record_that_it_is_ascribed_to(advice: Advice, full: OpenSnapshot) -> None:
    quotes = list(quotes_of(advice))
    assert len(quotes) > 10
    for quote in quotes:
        assert quote.text in repr(case_of(full, quote.case)), quote
        assert quote.title == case_of(full, quote.case).title


def test_what_is_cited_is_a_source_and_of_the_case(advice: Advice, full: OpenSnapshot) -> None:
    sources = {source.number: source for source in advice.sources}
    assert list(sources) == list(range(1, len(sources) + 1))
    for quote in quotes_of(advice):
        case = case_of(full, quote.case)
        assert quote.cites
        for number in quote.cites:
            assert sources[number].case == quote.case or sources[number].url in {source.url for source in case.sources}
    assert all(form.option != "statute" or all(basis.cites for basis in form.basis) for form in advice.legal_forms)


def test_counts_are_those_of_the_records(full: OpenSnapshot, documentation: Documentation) -> None:
    """Counted anew from the records of all that is comparable, found by asking for them once more."""
    profile = understood_profile(full, DEPOT)
    advice = advise(full, documentation, profile)
    cases = [case_of(full, hit.id) for hit in comparable(full, DEPOT, profile.asked_for(), limit=advice.of)]
    for told in advice.success_factors:
        assert told.count == sum(any(factor.factor == told.slug for factor in case.success_factors) for case in cases)
    for told in advice.obstacles:
        assert told.count == sum(any(line.obstacle == told.slug for line in case.obstacles) for case in cases)
    counts = [told.count for told in advice.success_factors]
    of_all = Counter(slug for case in cases for slug in {factor.factor for factor in case.success_factors})
    assert counts == sorted(of_all.values(), reverse=True)[: len(counts)]
    assert sum(advice.land_counts.values()) == advice.of


@pytest.mark.parametrize(
    ("state", "abbreviation"), [("Hessen", "KGG"), ("Nordrhein-Westfalen", "GkG NRW"), ("Baden-Württemberg", "GKZ"), ("Sachsen", "SächsKomZG")]
)
def test_statutes_are_those_of_the_land(state: str, abbreviation: str, full: OpenSnapshot, documentation: Documentation) -> None:
    profile = Profile(text="gemeinsamer Bauhof", state=state, wished_forms=("zweckverband",))
    form = next(form for form in advise(full, documentation, profile).legal_forms if form.slug == "zweckverband")
    assert (form.is_wished, form.option) == (True, "statute")
    assert form.basis[0].statute == abbreviation
    assert form.basis[0].sections


def test_private_law_is_federal_and_without_a_land_nothing_is_claimed(full: OpenSnapshot, documentation: Documentation) -> None:
    forms = {form.slug: form for form in advise(full, documentation, Profile(text="Dorfladen", wished_forms=("genossenschaft", "zweckverband"))).legal_forms}
    assert (forms["genossenschaft"].option, forms["zweckverband"].option) == ("federal", "unknown")
    assert forms["zweckverband"].basis == ()


def test_needs_decide_how_a_form_fits(full: OpenSnapshot, documentation: Documentation) -> None:
    wished = ("zweckverband", "oeffentlich-rechtliche-vereinbarung")
    staffed = advise(full, documentation, Profile(text="Bauhof", state="Hessen", staff=True, wished_forms=wished)).legal_forms
    assert {form.slug: form.fit for form in staffed if form.is_wished} == {"zweckverband": "fits", "oeffentlich-rechtliche-vereinbarung": "not"}
    assert next(form.fit for form in staffed if form.option == "statute") == "fits"
    open_ = advise(full, documentation, Profile(text="Bauhof", state="Hessen", wished_forms=wished)).legal_forms
    assert {form.fit for form in open_} == {"open"}
    assert all(form.needs == () for form in open_)


def test_what_holds_in_the_land_beats_what_holds_everywhere(full: OpenSnapshot, documentation: Documentation) -> None:
    def private(state: str) -> str:
        profile = Profile(text="Bauhof", state=state, private_partners=True, wished_forms=("zweckverband",))
        return advise(full, documentation, profile).legal_forms[0].needs[0].explanation

    assert private("Hessen").startswith("In Hessen")
    assert private("Saarland").startswith("Im Saarland")
    assert not private("Bayern").startswith("In ")


def test_excluded_forms_are_gone_with_their_kinds(full: OpenSnapshot, documentation: Documentation) -> None:
    profile = understood_profile(full, DEPOT)
    before = {form.slug for form in advise(full, documentation, profile).legal_forms}
    after = {form.slug for form in advise(full, documentation, replace(profile, excluded_forms=("oeffentlich-rechtliche-vereinbarung",))).legal_forms}
    kinds = {iri.rpartition("/")[2] for iri in full.ontology.with_narrower(concept_iri("legal-form", "oeffentlich-rechtliche-vereinbarung"))}
    assert before & kinds
    assert not after & kinds


def test_no_case_of_an_excluded_form_is_shown_where_there_are_others(full: OpenSnapshot, documentation: Documentation) -> None:
    profile = understood_profile(full, DEPOT)
    forms = {one.legal_form for one in advise(full, documentation, profile).comparable}
    either = ("zweckverband", "oeffentlich-rechtliche-vereinbarung")
    most_shown = next(slug for slug in either if full.ontology.concept("legal-form", slug).label("de") in forms)
    advice = advise(full, documentation, replace(profile, excluded_forms=(most_shown,)))
    kinds = {full.ontology.concepts[iri].label("de") for iri in full.ontology.with_narrower(concept_iri("legal-form", most_shown))}
    assert advice.comparable
    assert not kinds & {one.legal_form for one in advice.comparable}


def test_federal_law_is_named_with_its_sections(full: OpenSnapshot, documentation: Documentation) -> None:
    wished = ("genossenschaft", "gmbh", "verein", "stiftung", "ag")
    forms = {form.slug: form for form in advise(full, documentation, Profile(text="Dorfladen", state="Brandenburg", wished_forms=wished)).legal_forms}
    named = {slug: [basis.statute for basis in form.basis] for slug, form in forms.items() if slug in wished}
    assert named == {"genossenschaft": ["GenG"], "gmbh": ["GmbHG"], "verein": ["BGB"], "stiftung": ["BGB"], "ag": ["AktG"]}
    assert all(basis.sections and basis.is_checked and basis.cites for slug in wished for basis in forms[slug].basis)


def test_a_kind_that_nothing_tells_apart_is_told_of_as_the_form_above_it(full: OpenSnapshot, documentation: Documentation) -> None:
    """A Bürgergenossenschaft is a Genossenschaft in law; what is known of that holds for it, and both are one option."""
    forms = {form.slug: form for form in advise(full, documentation, Profile(text="Dorfladen von Bürgern", state="Brandenburg")).legal_forms}
    assert "buergergenossenschaft" not in forms
    cases = [case_of(full, name) for name in forms["genossenschaft"].examples]
    assert "buergergenossenschaft" in {case.legal_form for case in cases}


def test_a_form_of_other_lands_is_no_option(full: OpenSnapshot, documentation: Documentation) -> None:
    """Hessen has no Samtgemeinde; whoever wishes for one is told so, and it stands behind all others."""
    profile = Profile(text="gemeinsamer Bauhof", state="Hessen", wished_forms=("samtgemeinde", "zweckverband"))
    advice = advise(full, documentation, profile)
    options = {form.slug: form.option for form in advice.legal_forms}
    assert (options["samtgemeinde"], options["zweckverband"]) == ("elsewhere", "statute")
    assert advice.legal_forms[-1].slug == "samtgemeinde"
    paper = printed(dossier_of(advice, "Bauhof", date=DAY), "Legal options")
    assert "Zweckverband" in paper
    assert "Samtgemeinde" not in paper
    at_home = advise(full, documentation, replace(profile, state="Niedersachsen")).legal_forms
    assert next(form.option for form in at_home if form.slug == "samtgemeinde") == "statute"


def test_a_paper_begins_with_its_subject_and_what_was_told(full: OpenSnapshot, documentation: Documentation) -> None:
    profile = replace(understood_profile(full, DEPOT), inhabitants=7_000, staff=True, private_partners=False, excluded_forms=("gmbh",))
    dossier = dossier_of(advise(full, documentation, profile), DEPOT, date=DAY)
    assert translated(dossier.title, "de").startswith("Gemeinsamer Bauhof: ")
    told = translated(dossier.sections[0].sentences[0].message, "de")
    for words in ("Land: Hessen", "Zahl der Partner: 4", "7.000", "Eigenes Personal: ja", "Mitglieder: nein", "GmbH"):
        assert words in told


def test_a_paper_quotes_the_beginning_of_a_long_text(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, Profile(text=DEPOT))
    assert dossier_of(advice, DEPOT, date=DAY).question == DEPOT
    shortened = dossier_of(advice, "Wir planen einen Bauhof. " * 100, date=DAY).question
    assert shortened.endswith("Bauhof. […]")
    assert len(shortened) <= 710
    assert len(dossier_of(advice, "x" * 5000, date=DAY).question) <= 710


@pytest.mark.parametrize("text", [DEPOT, SHOP, OFFICE])
def test_a_resolution_names_what_the_paper_found(text: str, full: OpenSnapshot, documentation: Documentation) -> None:
    """No case that ended is a model to be asked, and no form that does not do."""
    advice = advise(full, documentation, replace(understood_profile(full, text), staff=True))
    draft = printed(dossier_of(advice, text, date=DAY), "Draft of a resolution")
    ended = {one.hit.title for one in advice.comparable if one.status_slug in ("beendet", "gescheitert")}
    running = {one.hit.title for one in advice.comparable} - ended
    assert any(title in draft for title in running)
    assert not any(title in draft for title in ended)
    assert not any(form.label in draft for form in advice.legal_forms if form.fit == "not")


def test_all_cases_that_are_counted_can_be_reached(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, understood_profile(full, DEPOT))
    names = [one.hit.id for one in advice.comparable] + [case.id for case in advice.further]
    assert len(set(names)) == len(names) >= advice.of


def test_without_comparable_cases_nothing_is_advised(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, Profile(text="Welpe beißt ständig in die Leine"))
    dossier = dossier_of(advice, "Welpe", date=DAY)
    assert advice.comparable == ()
    assert [translated(section.heading, "en") for section in dossier.sections] == ["Comparable cases"]


def test_what_is_corrected_in_the_profile_changes_which_cases_are_shown(full: OpenSnapshot, documentation: Documentation) -> None:
    """Of cases that are about as comparable those are shown that are of the size: they suit better than those that another size is shown."""
    profile = Profile(text="gemeinsamer Bauhof", partners=2, inhabitants=3_000)
    small, large = (advise(full, documentation, replace(profile, inhabitants=number)).comparable for number in (3_000, 300_000))
    assert [one.hit.id for one in small] != [one.hit.id for one in large]
    suits = {hit.id: hit.parts["fit"] for hit in comparable(full, profile.text, (), profile.slots(), limit=40)}
    assert mean(suits[one.hit.id] for one in small) > mean(suits[one.hit.id] for one in large)


def test_a_sum_of_a_case_is_told_once(full: OpenSnapshot, documentation: Documentation) -> None:
    """The grant of the municipality to the tram is an effect and a cost in its record."""
    case = case_of(full, "strassenbahn-linie-4-bremen-lilienthal")
    assert sum("322.000" in line.text for line in case.results) == 1
    assert any(line.amount_eur == 322_000 for line in case.costs)
    advice = advise(full, documentation, Profile(text="Straßenbahn über die Landesgrenze von Bremen nach Lilienthal verlängern"))
    told = [figure for figure in advice.figures if figure.quote.case == case.id]
    assert told
    assert sum("322.000" in figure.quote.text or figure.euros == 322_000 for figure in told) == 1


def test_worries_come_first(full: OpenSnapshot, documentation: Documentation) -> None:
    profile = understood_profile(full, DEPOT)
    last = advise(full, documentation, profile).obstacles[-1].slug
    assert advise(full, documentation, replace(profile, worries=(last,))).obstacles[0].slug == last


def test_only_cases_of_another_law_size_or_age_are_warned_of(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, replace(understood_profile(full, DEPOT), inhabitants=6_000, partners=4))
    shown = {one.hit.id: one for one in advice.comparable}
    told = {translated(remark.message, "en"): set(remark.cases) for remark in advice.transfer_warnings}
    hessen = full.ontology.territory_by_name("Hessen")
    outside = next(cases for text, cases in told.items() if text.startswith("Outside Hessen"))
    assert outside == {name for name in shown if hessen not in lands(case_of(full, name), full.ontology)}
    for text, cases in told.items():
        if text.startswith("At least three times as many inhabitants"):
            assert cases == {name for name, one in shown.items() if one.inhabitants and one.inhabitants >= 18_000}
        if text.startswith("At most a third as many partners"):
            assert cases == {name for name, one in shown.items() if one.partners and one.partners * 3 <= 4}
        if text.startswith("Begun before"):
            assert cases == {name for name, one in shown.items() if one.started and one.started < 2005}


def test_what_is_said_is_not_asked_again(full: OpenSnapshot, documentation: Documentation) -> None:
    def asked(profile: Profile) -> set[str]:
        return {translated(remark.message, "en") for remark in advise(full, documentation, profile).open_questions}

    vague = asked(Profile(text="gemeinsamer Bauhof"))
    plain = asked(Profile(text="gemeinsamer Bauhof", state="Hessen", partners=3, inhabitants=9000, staff=False, private_partners=False, phase="konzeption"))
    assert sum("?" in question for question in vague) == 6
    assert not any("?" in question for question in plain)


def test_next_steps_are_those_of_the_phase(full: OpenSnapshot, documentation: Documentation) -> None:
    first, second = (advise(full, documentation, Profile(text="Bauhof", phase=phase)).next_steps for phase in (None, "anbahnung"))
    assert (first.is_assumed, second.is_assumed) == (True, False)
    assert (first.steps, first.phase, first.following) == (second.steps, "Anbahnung", "Aufbau")
    assert "Anlass und Bedarf klären" in first.steps
    assert advise(full, documentation, Profile(text="Bauhof", phase="beendigung")).next_steps.following is None


def test_where_nothing_is_comparable_that_is_said(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, Profile(text="Pizza Rezept mit Ananas"))
    assert (advice.comparable, advice.of, advice.success_factors, advice.legal_forms) == ((), 0, (), ())
    dossier = dossier_of(advice, "Pizza", date=DAY)
    assert translated(dossier.sections[0].sentences[0].message, "en") == "The corpus has no case that is probably comparable."


def test_of_cases_that_are_about_as_comparable_those_are_shown_that_go_on(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, understood_profile(full, SHOP))
    ended = [one.hit for one in advice.comparable if one.status_slug in ("beendet", "gescheitert")]
    shown = {one.hit.id for one in advice.comparable}
    running = [hit for hit in comparable(full, SHOP, advice.profile.asked_for(), advice.profile.slots(), limit=20) if hit.id not in shown]
    running = [hit for hit in running if case_of(full, hit.id).status == "aktiv"]
    assert running
    assert all(hit == max(advice.comparable, key=lambda one: one.hit.score).hit or hit.score > running[0].score for hit in ended)
    assert advice.failures


def test_other_forms_and_laender_and_what_suits_cost_little(full: OpenSnapshot, documentation: Documentation) -> None:
    profile = understood_profile(full, DEPOT)
    advice = advise(full, documentation, profile)
    best = comparable(full, DEPOT, profile.asked_for(), limit=5)
    assert best[0].id in {one.hit.id for one in advice.comparable}
    assert min(one.hit.score for one in advice.comparable) >= best[-1].score - 3 * 0.08
    assert len({(one.legal_form, one.state) for one in advice.comparable}) >= 3


def items_of(dossier: Dossier) -> Iterator[Item]:
    for section in dossier.sections:
        yield from section.sentences
        for row in section.table.rows if section.table else ():
            yield from row
        yield from section.points


def test_sources_of_the_paper_are_numbered_as_they_are_cited(advice: Advice) -> None:
    dossier = dossier_of(advice, DEPOT, date=DAY)
    cited = list(dict.fromkeys(number for item in items_of(dossier) for number in item.cites))
    assert cited == [source.number for source in dossier.sources] == list(range(1, len(cited) + 1))
    originals = {(source.title, source.url) for source in advice.sources}
    assert {(source.title, source.url) for source in dossier.sources} <= originals


def test_the_paper_has_two_to_four_pages_and_holds_what_a_council_needs(advice: Advice) -> None:
    dossier = dossier_of(advice, DEPOT, date=DAY)
    content = dossier_pdf(dossier, "de")
    assert content == dossier_pdf(dossier, "de")
    document = pypdfium2.PdfDocument(content)
    assert 2 <= len(document) <= 4
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    assert "gemeinsamen Bauhof" in text
    assert "28.11.2026" in text
    assert advice.snapshot in text
    assert "Keine Rechtsberatung" in text
    plain = re.sub(r"[\s\ufffe-]", "", text)  # at the end of a line the text of a PDF loses its hyphens
    for source in dossier.sources:
        assert source.url is None or re.sub(r"[\s-]", "", source.url) in plain, source


def test_an_advice_says_the_same_in_json(advice: Advice) -> None:
    plain = plain_advice(advice, "de")
    assert [one["hit"]["id"] for one in plain["comparable"]] == [one.hit.id for one in advice.comparable]
    assert all(isinstance(remark["message"], str) for remark in plain["transfer_warnings"] + plain["open_questions"])


def test_a_text_is_read_into_a_profile(full: OpenSnapshot) -> None:
    profile = understood_profile(full, DEPOT)
    assert (profile.state, profile.activities, profile.partners) == ("Hessen", ("bauhof",), 4)
    told = understood_profile(full, "Drei Gemeinden wollen mit privatem Partner einen Verein gründen, aber keinen Zweckverband.")
    assert (told.partners, told.private_partners, told.wished_forms, told.excluded_forms) == (3, True, ("verein",), ("zweckverband",))
    assert understood_profile(full, SHOP).state == "Brandenburg"
    assert understood_profile(full, "Die Kasse soll Leute einstellen.").staff is True
    assert understood_profile(full, "Wir aus Kassel wollen ein Freibad retten").state == "Hessen"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Vier Dörfer im Vogelsberg wollen einen Bauhof.", "Hessen"),  # no Vogelsberg in Thüringen
        ("Wir aus Vogelsberg wollen einen Bauhof, wie ihn Orte in Hessen haben.", "Hessen"),
        ("Wir aus Vogelsberg wollen einen Bauhof.", "Thüringen"),
        ("Wir sitzen in der Rhön und wollen einen Bauhof.", None),  # which lies in three
        ("Wir in Tirol wollen einen Bauhof.", None),
    ],
)
def test_the_land_is_the_one_that_is_named(text: str, state: str | None, full: OpenSnapshot) -> None:
    assert understood_profile(full, text).state == state


@pytest.mark.parametrize(
    ("text", "inhabitants"),
    [
        ("Drei Gemeinden mit zusammen 7.001 Einwohnern wollen einen Bauhof.", 7_001),
        ("Drei Gemeinden mit je 2.000 Einwohnern wollen einen Bauhof.", 6_000),
        ("Drei Gemeinden unter 2.000 Einwohnern wollen einen Bauhof.", None),
        ("Unser Dorf mit 600 Einwohnern will den Dorfladen retten.", 600),
        ("Zwei Städte mit 18.000 und 25.000 Einwohnern wollen ihre IT zusammenlegen.", 43_000),
        ("Vier Dörfer mit 900 bis 2.600 Einwohnern wollen einen Bauhof.", None),
        ("Wir wollen einen Bauhof.", None),
    ],
)
def test_inhabitants_are_those_of_all_partners(text: str, inhabitants: int | None, full: OpenSnapshot) -> None:
    assert understood_profile(full, text).inhabitants == inhabitants


def test_what_is_said_beats_what_is_read() -> None:
    read = Profile(text="a", state="Hessen", partners=3, sectors=("wasser",))
    assert Profile(state="Bayern", staff=False).filled_from(read) == Profile(text="a", state="Bayern", partners=3, sectors=("wasser",), staff=False)


def test_a_profile_survives_json() -> None:
    profile = Profile(text="Bauhof – 3 Orte", sectors=("wasser",), partners=3, staff=False, excluded_forms=("gmbh",))
    assert profile_from_json(profile_to_json(profile)) == profile


@pytest.mark.parametrize(
    ("text", "field"),
    [("{", "profile"), ('{"partners": "drei"}', "partners"), ('{"land": "Hessen"}', "land"), ('{"sectors": "wasser"}', "sectors"), ("[]", "profile")],
)
def test_a_broken_profile_is_refused_with_its_field(text: str, field: str) -> None:
    with pytest.raises(QueryError, match="a profile has the fields text, sectors") as refused:
        profile_from_json(text)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        (Profile(text="a", sectors=("wasserr",)), "sectors: 'wasserr' is no concept"),
        (Profile(text="a", wished_forms=("ag2",)), "wished_forms: 'ag2' is no concept"),
        (Profile(text="a", state="Hesen"), "state: 'Hesen' is no Land"),
        (Profile(text="a", partners=0), "partners: 0 is out of range"),
        (Profile(text="a", inhabitants=-5), "inhabitants: -5 is out of range"),
    ],
)
def test_what_does_not_exist_is_refused(profile: Profile, message: str, full: OpenSnapshot) -> None:
    with pytest.raises(QueryError, match=message):
        checked_profile(profile, full.ontology)


def test_a_profile_without_words_is_searched_by_its_concepts(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, Profile(activities=("bauhof",), state="Hessen"))
    assert all("bauhof" in case_of(full, one.hit.id).activities for one in advice.comparable[:3])
    with pytest.raises(QueryError, match="say what you plan, or name a task"):
        advise(full, documentation, Profile(state="Hessen"))


def test_the_paper_speaks_english_too(full: OpenSnapshot, documentation: Documentation) -> None:
    advice = advise(full, documentation, Profile(text="joint works depot", state="Hessen"), language="en")
    dossier = dossier_of(advice, "joint works depot", date=DAY)
    assert pypdfium2.PdfDocument(dossier_pdf(dossier, "en"))[0].get_textpage().get_text_range().startswith("Comparable cooperations")
    assert advice.next_steps.phase == "initiation"
