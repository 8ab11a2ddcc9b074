"""Learn from the corpus how a text about a known case is told from one about another of the same places, and how often places that a text names are members.

Each account of a case (and its English summary) is taken for a document without a record. Prints the weights of `koopkg.kinship`, how often they are
right and wrong in five-fold cross-validation, and the shares that `koopkg.drafting` states.

    python -m tools.fit_kinship        # two minutes; needs the extra `train`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from koopkg.analyses import Analyses
from koopkg.config import Settings
from koopkg.deciding import Decider
from koopkg.index import bundled_meanings
from koopkg.kinship import Named, features, stems_of
from koopkg.linking import Linker
from koopkg.model import Case, Language, Linked, Passage
from koopkg.morphology import Morphology
from koopkg.ontology import Ontology
from koopkg.pipeline import bundled_corpus
from koopkg.reading import document_paths, read_document
from koopkg.reading.passages import plain_passages
from koopkg.register import Register

_RATHER = 0.5
_LAND_DIGITS = 2


@dataclass(frozen=True)
class Account:
    """A text about a case, what it names, and which places how often."""

    case: Case
    language: Language
    named: Named
    linked: Linked


def accounts(analyses: Analyses) -> Iterator[Account]:
    """The accounts of all cases."""
    ontology, register = Ontology.bundled(), Register.bundled()
    linker = Linker(ontology, register, analyses)
    decider = Decider(linker, ontology, analyses, bundled_meanings())
    morphologies: dict[Language, Morphology] = {language: Morphology(language, analyses) for language in ("de", "en")}
    for path in document_paths(bundled_corpus()):
        document = read_document(path.read_bytes(), ontology, where=path.name)
        for case in document.cases:
            section = next((passage.section for passage in document.passages if not passage.is_title), None)
            prose = [passage for passage in document.passages if passage.is_title or passage.section == section]
            texts: list[tuple[Language, list[Passage]]] = [("de", prose)]
            if case.summary_en:
                texts.append(("en", list(plain_passages(case.summary_en, "en"))))
            for language, passages in texts:
                linked = linker.link(passages, language)
                likely = [item for item in decider.decide(passages, linked).concepts if item.confidence >= _RATHER]
                named = Named(
                    {place.ags for place in linked.places if place.ags and len(place.ags) > _LAND_DIGITS},
                    {item.slug for item in likely if item.scheme == "sector"},
                    {item.slug for item in likely if item.scheme == "activity"},
                    stems_of(" ".join(passage.text for passage in passages), morphologies[language]),
                )
                yield Account(case, language, named, linked)


def fit(found: list[Account], analyses: Analyses) -> None:
    """Print the weights of kinship and what they do."""
    morphologies: dict[Language, Morphology] = {language: Morphology(language, analyses) for language in ("de", "en")}
    cases = {account.case.id: account.case for account in found}
    rows, right, groups = [], [], []
    for number, account in enumerate(found):
        for case in cases.values():
            if {place.ags for place in case.places if place.ags} & account.named.places:
                rows.append(features(account.named, case, morphologies[account.language]))
                right.append(case.id == account.case.id)
                groups.append(number // 2)
    table, gold = np.array([list(row.values()) for row in rows]), np.array(right)
    model = LogisticRegression(C=10, max_iter=1000)
    likely = cross_val_predict(model, table, gold, groups=groups, cv=GroupKFold(5), method="predict_proba")[:, 1]
    model.fit(table, gold)
    print("weights", {name: round(float(weight), 1) for name, weight in zip(rows[0], model.coef_[0], strict=True)}, round(float(model.intercept_[0]), 1))
    for least in (0.5, 0.8, 0.95):
        offered = likely >= least
        print(f"from {least}: {int((offered & gold).sum())} of {int(gold.sum())} texts offered to their case, {int((offered & ~gold).sum())} to another")


def shares(found: list[Account]) -> None:
    """Print how often a place that an account names is a member, by level and number of mentions, and how often most places lie in the Land of the case."""
    register = Register.bundled()
    members, lands = Counter[tuple[str, int, bool]](), Counter[tuple[float, bool]]()
    for account in (account for account in found if account.language == "de" and account.case.country == "DE"):
        counts = Counter[str]()
        for place in account.linked.places:
            if place.ags and len(place.ags) > _LAND_DIGITS:
                counts[place.ags] += len(place.evidence)
        keys = {place.ags for place in account.case.places}
        for key, count in counts.items():
            if (area := register.get(key)) is not None:
                members[area.level, min(count, 3), key in keys] += 1
        for land, count in Counter(key[:2] for key in counts).most_common(1):
            own = Ontology.bundled().territory_by_name(account.case.state or "")
            lands[round(count / len(counts), 1), own is not None and own.ags == land] += 1
    for level, count in sorted({(level, count) for level, count, _ in members}):
        yes, no = members[level, count, True], members[level, count, False]
        print(f"{level:13} named {count} times: {yes} of {yes + no} are members, {yes / (yes + no):.2f}")
    for share in sorted({share for share, _ in lands}):
        print(f"{share:.1f} of the places in one Land: that of the case in {lands[share, True]} of {lands[share, True] + lands[share, False]}")


def main() -> None:
    with closing(Analyses.cache(Settings.from_environment().cache_folder / "analyses.sqlite")) as analyses:
        found = list(accounts(analyses))
        fit(found, analyses)
        shares(found)


if __name__ == "__main__":
    main()
