"""A draft and what people say of it -> the form that makes a case of it: fields prefilled with what was confirmed, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from koopkg.confirming import case_file
from koopkg.drafting import as_case
from koopkg.errors import DocumentError, Problem
from koopkg.messages import Language, Message, translated
from koopkg.model import CASE_FIELDS, Case, Document, Draft
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.search import field_label
from koopkg.snapshot import OpenSnapshot
from koopkg.text import slug
from koopkg_api.forms import Sent
from koopkg_api.review_views import Choice, case_of, choices_of, laender

__all__ = ["CaseForm", "FormField", "case_form", "given_by", "with_problems", "written_as"]

_FIELDS = {field.name: field for field in CASE_FIELDS}
_LONGEST_NAME = 60
_ASKED = ("title", "title_en", "service", "id", "country", "state", "status", "sectors", "cooperation_type")
"""What a record needs, in the order of the form."""
_TEXTS = {
    "title": (Message("Title"), Message("German, factual")),
    "title_en": (Message("Title in English"), Message("left empty: as the German one")),
    "service": (Message("What is done together"), Message("German, a few words without a verb, such as: Gemeinsamer Bauhof")),
    "id": (Message("Identifier"), Message("small letters, digits and hyphens; it becomes the name of the file and stays")),
}
"""Field that is a text -> its label and what is expected."""
_FILL_IN = Message("please fill this in")
_IS_TAKEN = Message("is the identifier of a case already; choose another one")


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form.

    Attributes:
        kind: `text`, `select` (one of the choices or none) or `checks` (any of them).
        values: What is filled in or chosen.
        problem: What is wrong with it; empty where nothing is known to be.
    """

    name: str
    label: str
    kind: str
    help: str
    values: tuple[str, ...]
    choices: tuple[Choice, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CaseForm:
    """The form; `problems` are those of no field of it, `preview` is the file that it would make."""

    fields: tuple[FormField, ...]
    problems: tuple[str, ...] = ()
    preview: str = ""

    @property
    def has_problems(self) -> bool:
        return bool(self.problems) or any(field.problem for field in self.fields)


def case_form(draft: Draft, sent: Sent | None, ontology: Ontology, language: Language) -> CaseForm:
    """The form as it was sent; filled with what was confirmed of the draft where it was not."""
    confirmed = replace(draft, proposals=tuple(proposal for proposal in draft.proposals if proposal.state == "confirmed"))
    case = as_case(confirmed, Register.bundled(), ontology)
    return CaseForm(tuple(_field(name, _sent_values(sent, name) if sent else _known_values(case, name), ontology, language) for name in _ASKED))


def given_by(sent: Sent) -> dict[str, str]:
    """What the form says of each field, as the confirming of a draft takes it."""
    return {name: ",".join(value for value in sent.all(name) if value) if _FIELDS[name].is_many else sent.text(name) for name in _ASKED}


def written_as(draft: Draft, document: Document, given: Mapping[str, str], opened: OpenSnapshot) -> str:
    """The case file that the form makes.

    Raises:
        DocumentError: As of `koopkg.confirming.confirm`; also where a case that is served has the id.
    """
    name, raw = case_file(draft, document, given, ontology=opened.ontology, register=Register.bundled())
    if case_of(opened, name) is not None:
        raise DocumentError(draft.id, [Problem("id", _IS_TAKEN)])
    return raw.decode()


def with_problems(form: CaseForm, error: DocumentError, language: Language) -> CaseForm:
    """The form with what is wrong beside its fields."""
    own: dict[str, str] = {}
    others: list[str] = []
    for problem in error.problems:
        name = problem.field.partition("[")[0].partition(".")[0]
        told = problem.message if isinstance(problem.message, Message) else Message(problem.message)
        if name in _ASKED:
            own.setdefault(name, translated(told, language))
        else:
            others.append(translated(told if not name else Message("{field}: {problem}", field=problem.field, problem=told), language))
    fill_in = translated(_FILL_IN, language)
    fields = (replace(field, problem=own.get(field.name, "") and (own[field.name] if any(field.values) else fill_in)) for field in form.fields)
    return replace(form, fields=tuple(fields), problems=tuple(others))


def _field(name: str, values: tuple[str, ...], ontology: Ontology, language: Language) -> FormField:
    if name in _TEXTS:
        label, expected = (translated(text, language) for text in _TEXTS[name])
        return FormField(name, label, "text", expected, values, ())
    field = _FIELDS[name]
    kind = "checks" if field.is_many else "select"
    return FormField(name, field_label(field, ontology, language), kind, "", values, tuple(_choices(name, ontology, language)))


def _choices(name: str, ontology: Ontology, language: Language) -> Iterable[Choice]:
    if name == "country":
        countries = (land for land in ontology.territories.values() if land.part_of is None)
        return sorted((Choice(land.iri.rpartition("/")[2], land.name(language)) for land in countries), key=lambda choice: choice.label)
    return laender(ontology, language) if name == "state" else choices_of(name, ontology, language)


def _sent_values(sent: Sent, name: str) -> tuple[str, ...]:
    return tuple(sent.all(name)) if _FIELDS[name].is_many else (sent.text(name),)


def _known_values(case: Case, name: str) -> tuple[str, ...]:
    if name == "id":
        return (slug(case.title, most=_LONGEST_NAME),)
    return () if name == "title_en" else tuple(map(str, _FIELDS[name].values(case)))
