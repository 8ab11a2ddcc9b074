"""Text -> the language it is written in, German or English; the words of either that carry no meaning of their own."""

from __future__ import annotations

import re
from functools import lru_cache

from lingua import Language as LinguaLanguage
from lingua import LanguageDetector, LanguageDetectorBuilder

from koopkg.model import Language

__all__ = ["FUNCTION_WORDS", "NUMBER_WORDS", "detect_language"]

_GERMAN = frozenset(
    (
        "ab aber alle allem allen aller alles als also am an andere anderen anderer anders auch auf aus außer bei beide beiden beim bereits bin bis bist "
        "da dabei dadurch dafür dagegen daher damit danach daneben dann daran darauf daraus darf darin darum darunter darüber das dass davon davor dazu dein "
        "deine deinen deiner dem den denen denn dennoch der deren des deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch "
        "dürfen ein eine einem einen einer eines einige einigen er es etwa etwas euch euer eure für gab geben gegen gehabt geht ging gibt hab habe haben hat "
        "hatte hatten hätte hätten her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes "
        "jedoch jemand jene jener jetzt kann kannst kaum kein keine keinem keinen keiner können könnte könnten man manche mancher mehr mein meine meinem "
        "meinen meiner mich mir mit möchte möchten muss müssen müsste nach neben nein nicht nichts nie niemand noch nun nur ob oder oft ohne schon sehr sei "
        "seid sein seine seinem seinen seiner seit sich sie sind so sogar solche solcher soll sollen sollte sollten sondern sonst soweit sowie statt trotz "
        "über um und uns unser unsere unserem unseren unserer unter viel viele vielen vom von vor wann war waren warum was weder wegen weil welche welchem "
        "welchen welcher welches wem wen wenn wer werde werden weshalb wessen wie wieder wieso will wir wird wo wobei wodurch wohin wollen wollte womit "
        "woran worauf worüber wovon wozu wurde wurden während wäre wären würde würden zu zum zur zwar zwei zwischen"
    ).split()
)
_ENGLISH = frozenset(
    (
        "a about after again against all already also although always am among an and any anyone anything are as at back be because been before being "
        "between both but by came can cannot come could did do does done down during each either else end ends enough ever every few for from get gets give "
        "go goes going gone had has have having he her here hers him his how however i if in into is it its just keep keeps let like made make makes many "
        "may me might mine more most much must my need neither never no nobody none nor not nothing now of off often on once one only onto or other others "
        "our ours out over own put ran rather run runs said same she should since so some someone something still such take takes tell than that "
        "the their theirs them then there therefore these they thing this those though through to together too took toward towards two under until unless up "
        "upon us use very want wants was we well were what when where whether which while who whom whose why will with within without would yet you your yours"
    ).split()
)
_ONLY_GERMAN, _ONLY_ENGLISH = _GERMAN - _ENGLISH, _ENGLISH - _GERMAN
FUNCTION_WORDS = _GERMAN | _ENGLISH
"""Articles, pronouns, prepositions, conjunctions, auxiliaries and the verbs that go with everything, in lower case."""

NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "zwei two beide both",
            "drei three",
            "vier four",
            "fünf five",
            "sechs six",
            "sieben seven",
            "acht eight",
            "neun nine",
            "zehn ten",
            "elf eleven",
            "zwölf twelve",
        ),
        start=2,
    )
    for word in words.split()
}
"""Numbers that texts write as words, in lower case."""

_WORD = re.compile(r"[^\W\d_]{1,60}")
_MOST_WORDS = 200
"""What the detector reads of a text; its time grows with the square of a word's length, so that words are cut too."""


def detect_language(text: str) -> Language:
    """German or English; German where the text gives no hint, because that is what the corpus and its users speak.

    Function words of one language alone decide. Without any, words that all begin with a capital are German nouns.
    """
    words = _WORD.findall(text)
    german = sum(word.lower() in _ONLY_GERMAN for word in words)
    english = sum(word.lower() in _ONLY_ENGLISH for word in words)
    if german != english:
        return "de" if german > english else "en"
    if all(word[0].isupper() for word in words):
        return "de"
    return "en" if _detector().detect_language_of(" ".join(words[:_MOST_WORDS])) == LinguaLanguage.ENGLISH else "de"


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    # The low-accuracy mode loads in 20 ms instead of 700 and decided all queries of `corpus/eval` alike.
    builder = LanguageDetectorBuilder.from_languages(LinguaLanguage.GERMAN, LinguaLanguage.ENGLISH)
    return builder.with_low_accuracy_mode().build()
