"""interim: replaced by the catalogue"""
from __future__ import annotations

__all__ = ["sentence_of"]
_T = {
    "shared-sector": ("Gleiche Aufgabe: {label}", "Same task: {label}"),
    "related-sector": ("Verwandte Aufgabe: {label} (nah an {asked})", "Related task: {label} (close to {asked})"),
    "place": ("Liegt in {label}", "Located in {label}"),
    "title": ("Im Titel genannt: {words}", "Named in the title: {words}"),
    "words": ("Im Text genannt: {words}", "Named in the text: {words}"),
    "meaning": ("Inhaltlich nächste Stelle: „{quote}“", "Passage closest in meaning: “{quote}”"),
    "section": ("Inhaltlich am nächsten: Abschnitt „{section}“", "Closest in meaning: section “{section}”"),
}
def sentence_of(kind, values, language):
    t = _T.get(kind, ("Auch hier: {field}: {label}", "Here too: {field}: {label}"))
    return t[language == "en"].format(**values)
