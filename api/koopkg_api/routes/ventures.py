"""`/vorhaben`: what is planned, in a form -> what can be learned from comparable cooperations, as a page, a paper to print, and a PDF."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from koopkg.advising import Advice, Dossier, Profile, advise, checked_profile, dossier_of, dossier_pdf, understood_profile
from koopkg.errors import QueryError
from koopkg.messages import Language, pieces
from koopkg_api.dossier_views import dossier_view
from koopkg_api.forms import OwnForm, Sent, keep_private
from koopkg_api.rendering import language_of, page_path, render
from koopkg_api.site import CurrentSnapshot, Served, site_of
from koopkg_api.venture_form import NOTHING_SAID, as_sent, in_words_of_form, profile_sent, usable_profile, venture_fields
from koopkg_api.ventures import DAYS, Ventures

__all__ = ["router"]

router = APIRouter(include_in_schema=False, dependencies=[Depends(keep_private)])
_HIDDEN: dict[str, object] = {"addresses": {}, "own_address": None}
"""No search engine shall list what somebody plans, and no print on paper give its address away."""
_SHOWN_FIRST = ("sectors", "state", "partners", "inhabitants", "private_partners", "staff")
"""Fields that the empty form shows; the others stand behind a fold."""


@router.get("/vorhaben", name="venture_start")
def start(request: Request, served: CurrentSnapshot) -> Response:
    """The empty form."""
    return _form(request, served, Profile())


@router.post("/vorhaben", name="venture_send")
def send(request: Request, served: CurrentSnapshot, sent: OwnForm) -> Response:
    """Keep what was sent; what the form leaves open is read from the text once, and can be corrected then."""
    try:
        profile = profile_sent(sent)
        if profile.text and not sent.text("corrected"):
            profile = profile.filled_from(understood_profile(served.opened, profile.text))
        profile = checked_profile(profile, served.opened.ontology)
        if not profile.words(served.opened.ontology, "de").strip():
            raise QueryError(NOTHING_SAID, field="text")
    except QueryError as refused:
        return _form(request, served, usable_profile(sent, served.opened.ontology), refused, sent)
    name = _kept(request).keep(profile)
    return RedirectResponse(page_path(request, "venture_page", venture_id=name), HTTPStatus.SEE_OTHER)


@router.get("/vorhaben/{venture_id}", name="venture_page")
def venture_page(request: Request, served: CurrentSnapshot, venture_id: str) -> Response:
    """What was understood, to be corrected, and what can be learned."""
    language, profile = language_of(request), _kept(request).get(venture_id)
    advice = advise(served.opened, served.documentation, profile, language=language)
    context = {
        "dossier": dossier_view(_paper(advice, served, profile, language), language),
        "comparable": [case.hit.id for case in advice.comparable],
        "fields": venture_fields(profile, served.opened.ontology, served.documentation.phases(language), language),
        "profile": profile,
        "venture_id": venture_id,
        "days": DAYS,
    }
    return render(request, "venture.html", _HIDDEN | context)


@router.get("/vorhaben/{venture_id}/dossier", name="venture_dossier")
def dossier_page(request: Request, served: CurrentSnapshot, venture_id: str) -> Response:
    """The paper, to be read and printed."""
    language, profile = language_of(request), _kept(request).get(venture_id)
    context = {"dossier": dossier_view(_dossier(served, profile, language), language), "venture_id": venture_id}
    return render(request, "dossier.html", _HIDDEN | context)


@router.get("/vorhaben/{venture_id}/dossier.pdf", name="venture_pdf")
def dossier_file(request: Request, served: CurrentSnapshot, venture_id: str) -> Response:
    """The paper as a file."""
    language, profile = language_of(request), _kept(request).get(venture_id)
    content = dossier_pdf(_dossier(served, profile, language), language)
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="koopkg-dossier.pdf"'})


def _kept(request: Request) -> Ventures:
    return Ventures(site_of(request).settings.data)


def _form(request: Request, served: Served, profile: Profile, refused: QueryError | None = None, sent: Sent | None = None) -> Response:
    language, ontology = language_of(request), served.opened.ontology
    problem = tuple(pieces(in_words_of_form(refused.message), language)) if refused else ()
    fields = venture_fields(profile, ontology, served.documentation.phases(language), language)
    if sent:
        fields = as_sent(fields, sent)
    context = {
        "fields": [field for field in fields if field.name in _SHOWN_FIRST],
        "further": [field for field in fields if field.name not in _SHOWN_FIRST],
        "profile": profile,
        "problem": problem,
        "corrected": bool(sent and sent.text("corrected")),
        "days": DAYS,
    }
    return render(request, "venture_start.html", context, status_code=HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)


def _dossier(served: Served, profile: Profile, language: Language) -> Dossier:
    advice = advise(served.opened, served.documentation, profile, language=language)
    return _paper(advice, served, profile, language)


def _paper(advice: Advice, served: Served, profile: Profile, language: Language) -> Dossier:
    return dossier_of(advice, profile.words(served.opened.ontology, language), date=dt.datetime.now(dt.UTC).date())
