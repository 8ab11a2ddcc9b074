"""The review pages: one open question about a draft at a time, and the answers to them. They are only there where a token is set."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from typing import Any, cast, get_args

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from koopkg.confirming import confirm
from koopkg.drafting import reviewed
from koopkg.errors import DocumentError, Problem
from koopkg.messages import Foreign, Language, Message, pieces, translated
from koopkg.model import IS_CASE, Verdict
from koopkg.register import Register
from koopkg.reviewing import Question, decided, open_questions, question_named
from koopkg.reviews import ReviewError, Reviews, add_reviews, read_reviews
from koopkg_api.case_form import CaseForm, case_form, given_by, with_problems, written_as
from koopkg_api.errors import RequestError
from koopkg_api.forms import OwnForm, Sent
from koopkg_api.rendering import language_of, page_path, render
from koopkg_api.review_views import Answered, answered, answers_of, case_of, confirmed_of, question_view
from koopkg_api.reviewers import Reviewer, ReviewersForm, begin_session, end_session, in_review, sessions_of
from koopkg_api.sessions import Guesses
from koopkg_api.site import CurrentSnapshot, Served, site_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False, dependencies=[Depends(in_review)])
_LOG = logging.getLogger(__name__)
_NEXT = 8
"""How many of the questions behind the one on the page are listed."""
_LONGEST_NUMBER = 6
_KEYS = {
    "de": {"accept": "j", "refuse": "n", "replace": "a", "term": "b", "skip": "s"},
    "en": {"accept": "y", "refuse": "n", "replace": "a", "term": "t", "skip": "s"},
}
"""Language -> what can be done by which key."""
_WRONG_TOKEN = Message("This is not the token.")
_TOO_MANY_GUESSES = Message("Too many wrong tokens within a minute; wait a minute and try again.")
_GONE = Message("this question is not asked any more: the document was taken in anew, changed or withdrawn")
_IS_THERE = Message("there is a case file of this identifier already; choose another one")
_NO_ANSWER = Message("the form holds no answer; choose one of the buttons")


@router.get("/review/login", name="review_login")
async def login_page(request: Request, draft: str = "") -> Response:
    """The form that asks for the token."""
    return render(request, "review_login.html", {"draft": draft, "problem": "", "addresses": {}})


@router.post("/review/login")
async def log_in(request: Request, sent: OwnForm) -> Response:
    """A session for whoever knows the token; for nobody while many do not."""
    draft = sent.text("draft") if "/" not in sent.text("draft") else ""
    guesses: Guesses = request.app.state.guesses
    if wait := guesses.wait(time.monotonic()):
        return _refused(request, draft, _TOO_MANY_GUESSES, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(ceil(wait))})
    if not sessions_of(request).is_token(sent.text("token")):
        guesses.add(time.monotonic())
        return _refused(request, draft, _WRONG_TOKEN, HTTPStatus.FORBIDDEN)
    answer = RedirectResponse(_path(request, draft, {}), HTTPStatus.SEE_OTHER)
    begin_session(request, answer)
    return answer


def _refused(request: Request, draft: str, problem: Message, status: HTTPStatus, headers: dict[str, str] | None = None) -> Response:
    context = {"draft": draft, "problem": translated(problem, language_of(request)), "addresses": {}}
    return render(request, "review_login.html", context, status_code=status, headers=headers)


@router.post("/review/logout", name="review_logout")
async def log_out(request: Request, _: ReviewersForm) -> Response:
    answer = RedirectResponse(page_path(request, "review_login"), HTTPStatus.SEE_OTHER)
    end_session(request, answer)
    return answer


@router.get("/review", name="review_page")
def review_page(request: Request, session: Reviewer, served: CurrentSnapshot) -> Response:
    """The open questions about all drafts, what helps most first."""
    return _page(request, session, served, "")


@router.post("/review")
def answer(request: Request, session: Reviewer, served: CurrentSnapshot, sent: ReviewersForm) -> Response:
    """Record an answer, and go on to the next question."""
    return _answer(request, session, served, sent, "")


@router.get("/review/{draft_id}", name="review_draft")
def draft_page(request: Request, session: Reviewer, served: CurrentSnapshot, draft_id: str) -> Response:
    """The questions about one draft, what was confirmed of it, and the form that makes a case of it."""
    return _page(request, session, served, draft_id)


@router.post("/review/{draft_id}")
def answer_about_draft(request: Request, session: Reviewer, served: CurrentSnapshot, sent: ReviewersForm, draft_id: str) -> Response:
    return _answer(request, session, served, sent, draft_id)


@router.get("/review/{draft_id}/case", name="review_case")
def case_page(request: Request, draft_id: str) -> Response:
    """Where the form of a case was sent to; whoever comes back is led to the form."""
    return RedirectResponse(_path(request, draft_id, {}) + "#case", HTTPStatus.SEE_OTHER)


@router.post("/review/{draft_id}/case")
def record_case(request: Request, session: Reviewer, served: CurrentSnapshot, sent: ReviewersForm, draft_id: str) -> Response:
    """Show the case file that the form makes, or write it."""
    language, opened, reviews = language_of(request), served.opened, _reviews(request)
    draft, document = reviewed(opened.catalog.draft(draft_id), reviews.of(draft_id)), opened.catalog.document(draft_id).document
    form, given = case_form(draft, sent, opened.ontology, language), given_by(sent)
    try:
        for case_id in reviews.cases_of(draft_id):
            belongs = Message("the document belongs to the case {case} already", case=case_id)
            raise DocumentError(draft_id, [Problem("", belongs)])
        preview = written_as(draft, document, given, opened)
        if sent.text("what") != "write":
            return _page(request, session, served, draft_id, form=CaseForm(form.fields, preview=preview))
        corpus = site_of(request).settings.corpus
        _recorded(lambda: confirm(draft, document, given, corpus=corpus, ontology=opened.ontology, register=Register.bundled()))
    except DocumentError as error:
        return _page(request, session, served, draft_id, form=with_problems(form, error, language))
    except ReviewError:
        return _page(request, session, served, draft_id, form=with_problems(form, DocumentError(draft_id, [Problem("id", _IS_THERE)]), language))
    return RedirectResponse(_path(request, draft_id, {}), HTTPStatus.SEE_OTHER)


def _answer(request: Request, session: Reviewer, served: CurrentSnapshot, sent: Sent, draft_id: str) -> Response:
    question = _asked(served, sent.text("question"), draft_id, language_of(request))
    verdict = "replace" if sent.text("choose") else sent.text("verdict")
    if verdict not in get_args(Verdict):
        raise RequestError(HTTPStatus.BAD_REQUEST, _NO_ANSWER)
    try:
        told = {"instead": sent.text("choose") or sent.text("instead"), "term": sent.text("term")}
        review = decided(served.opened, question, cast(Verdict, verdict), **told)
    except ReviewError as error:
        return _page(request, session, served, draft_id, refused=(sent, error))
    _recorded(lambda: add_reviews(site_of(request).settings.reviews_folder, [review]))
    skip = _number(sent.text("skip"))
    return RedirectResponse(_path(request, draft_id, {"done": question.name} | ({"skip": str(skip)} if skip else {})), HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    session: Reviewer,
    served: Served,
    draft_id: str,
    *,
    refused: tuple[Sent, ReviewError] | None = None,
    form: CaseForm | None = None,
) -> Response:
    """The page of the queue or of one draft: `refused` is an answer that cannot be recorded, with the reason."""
    if session is None:
        return RedirectResponse(page_path(request, "review_login", {"draft": draft_id} if draft_id else {}), HTTPStatus.SEE_OTHER)
    language, opened, reviews = language_of(request), served.opened, _reviews(request)
    sent = refused[0] if refused else None
    skip, name = (_number(sent.text("skip")), sent.text("question")) if sent else (_number(request.query_params.get("skip", "")), "")
    name = name or request.query_params.get("question", "")
    queue = open_questions(opened, reviews, document=draft_id or None, limit=_NEXT + 1, offset=skip, language=language)
    question = _asked(served, name, draft_id, language) if name else next(iter(queue.questions), None)
    context: dict[str, Any] = {
        "addresses": {},
        "draft": _draft(served, reviews, draft_id, form, language) if draft_id else None,
        "draft_id": draft_id,
        "total": queue.total,
        "skip": skip,
        "question": question_view(question, opened, language) if question else None,
        "upcoming": [item for item in queue.questions if question is None or item.name != question.name][:_NEXT],
        "position": skip + 1 if question and not name else 0,
        "further": skip + 1 if question and question.name in [item.name for item in queue.questions[:1]] else skip,
        "answer": _answered(served, reviews, question, language) if question else None,
        "done": _done(served, reviews, request.query_params.get("done", ""), draft_id, language),
        "refusal": _refusal(refused[1], question, language) if refused and question else (),
        "sent": sent or Sent({}),
        "keys": _KEYS[language],
        "form_key": sessions_of(request).form_key(session),
    }
    is_refused = refused is not None or (form is not None and form.has_problems)
    return render(request, "review.html", context, status_code=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK)


def _draft(served: Served, reviews: Reviews, draft_id: str, form: CaseForm | None, language: Language) -> dict[str, Any]:
    """What the page of one draft shows beside its questions."""
    opened = served.opened
    draft = reviewed(opened.catalog.draft(draft_id), reviews.of(draft_id))
    is_about = reviews.of(draft_id).get((IS_CASE, "true"))
    return {
        "title": draft.title,
        "language": draft.language,
        "answers": answers_of(opened, reviews, draft_id, language),
        "confirmed": confirmed_of(opened, reviews, draft_id, language),
        "cases": [(case_id, case_of(opened, case_id)) for case_id in reviews.cases_of(draft_id)],
        "is_no_case": is_about is not None and is_about.verdict == "refuse",
        "form": form or case_form(draft, None, opened.ontology, language),
    }


def _asked(served: Served, name: str, draft_id: str, language: Language) -> Question:
    """A question by its name.

    Raises:
        RequestError: It is none, or one about another draft.
    """
    try:
        question = question_named(served.opened, name, language)
    except ReviewError:
        raise RequestError(HTTPStatus.NOT_FOUND, _GONE) from None
    if draft_id and question.document != draft_id:
        raise RequestError(HTTPStatus.NOT_FOUND, _GONE)
    return question


def _answered(served: Served, reviews: Reviews, question: Question, language: Language) -> Answered | None:
    review = reviews.of(question.document).get((question.field, str(question.value)))
    return answered(review, served.opened, [(question.field, str(question.value))], language) if review else None


def _done(served: Served, reviews: Reviews, name: str, draft_id: str, language: Language) -> Answered | None:
    """The answer that was just recorded."""
    try:
        return _answered(served, reviews, _asked(served, name, draft_id, language), language) if name else None
    except RequestError:
        return None


def _refusal(error: ReviewError, question: Question, language: Language) -> tuple[Any, ...]:
    """Why an answer cannot be recorded, the question called as its page does."""
    return tuple(pieces(Message(error.message.text, **{**error.message.values, "name": question.field_label}), language))


def _recorded(write: Callable[[], object]) -> None:
    """Write something down.

    Raises:
        RequestError: The system refuses.
    """
    try:
        write()
    except OSError as error:
        _LOG.error("a review cannot be recorded: %s", error)
        reason = Foreign(os.strerror(error.errno) if error.errno else type(error).__name__)
        raise RequestError(HTTPStatus.INTERNAL_SERVER_ERROR, "nothing was recorded: the server cannot write it down ({reason})", reason=reason) from None


def _reviews(request: Request) -> Reviews:
    return read_reviews(site_of(request).settings.reviews_folder)


def _path(request: Request, draft_id: str, query: dict[str, str]) -> str:
    return page_path(request, "review_draft", query, draft_id=draft_id) if draft_id else page_path(request, "review_page", query)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else 0
