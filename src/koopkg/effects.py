"""The words that support a success factor -> by what form they tell no effect of it: an intention, a vote alone, an order of time alone."""

from __future__ import annotations

import re

from koopkg.messages import Message

__all__ = ["without_effect"]

_INTENDED = re.compile(r"\b(?:soll(?:en|ten?)?|hätten?)\b|\bvorgesehen\b|\bgeplante[nrs]?\b|^erwartet\b", re.IGNORECASE)
_VOTE = re.compile(r"\b(?:einstimmig|einmütig|einhellig|mehrheit|zustimm|zugestimmt|stimmten?\b|beschloss|(?:\w+)?beschl[uü]ss)", re.IGNORECASE)
_ORDER = re.compile(
    r"\b(?:erst|zuerst|zunächst)\b.*\b(?:dann|danach|später)\b|\bdanach\b|\bnacheinander\b|\bfolgen aufeinander\b|\bnach und nach\b|\bschritt für schritt\b"
    r"|^von .*\b(?:zu|zum|zur|bis|auf)\b|\bausweitung\b|\bging .*\bvoraus\b|\b(?:start|beginn|auftakt) (?:mit|in|zu)\b|\bin (?:stufen|etappen|schritten)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(r"\b(?:weil|deshalb|daher|darum|dadurch|damit|sodass|so dass|wodurch)\b|\bso\b.*\bdass\b", re.IGNORECASE)
_EFFECT = re.compile(
    r"\b(?:bewirk|bewähr|brachte|bringt|dräng|ebnet|entlast|erlaub|erleichter|ermöglich|führt|gab|gaben|gelang|gelingt|gelten|gilt|galt|half|halfen|hilft"
    r"|kam zustande|lös|profitier|schafft|schuf|senk|sicher|spar|steiger|stärk|trag|trug|trägt|verdank|verhinder|wuchs|zeigt|zwang|überzeug)\w*"
    r"|\b(?:anlass|anstoß|ausschlag|bedingung|durchbruch|entscheidend|entstand|erfolg|gewinn|grund|nutzen|voraussetzung|vorteil|wichtig)\w*|\w*ersparnis"
    r"|\b(?:dank|durch|statt|trotz)\b|\bwurde ein\w* (?:dauerhafte|feste|landes)",
    re.IGNORECASE,
)
"""German words by which a sentence says that one thing brought about, carried or hindered another."""
_BACKING = frozenset(("politischer-rueckhalt", "wille-der-menschen"))
_STEPS = frozenset(("schrittweises-vorgehen",))
"""Factors that a bare vote, or a bare order of time, is easily taken for. Of other factors it may be what came of them."""


def without_effect(factor: str, evidence: str) -> Message | None:
    """Why words tell no effect of a factor, None where their form does not show it.

    That nothing is found does not say that an effect is told: of other bare facts no rule of form can tell, only reading.
    """
    if _INTENDED.search(evidence) and not _CAUSE.search(evidence):
        return Message("{evidence!r} tells what is intended; expected what {factor!r} brought about, or no such factor", evidence=evidence, factor=factor)
    if _CAUSE.search(evidence) or _EFFECT.search(evidence):
        return None
    if factor in _BACKING and _VOTE.search(evidence):
        return Message("{evidence!r} tells a vote alone; expected what {factor!r} brought about, or no such factor", evidence=evidence, factor=factor)
    if factor in _STEPS and _ORDER.search(evidence):
        return Message("{evidence!r} tells an order of time alone; expected what {factor!r} brought about, or no such factor", evidence=evidence, factor=factor)
    return None
