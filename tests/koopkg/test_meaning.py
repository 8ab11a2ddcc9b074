"""The beginning of a text and what it means, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from koopkg.deciding.candidates import FEATURES, Hierarchy, candidates_of
from koopkg.deciding.describing import described_in
from koopkg.deciding.fitting import fit_meanings
from koopkg.deciding.meaning import beginning_of, meaning_of
from koopkg.deciding.text import ReadText, Vocabulary
from koopkg.model import Linked, Passage
from koopkg.ontology import Ontology


def passage(text: str) -> Passage:
    return Passage("", 0, len(text), text)


def test_the_beginning_is_the_passages_until_a_thousand_characters_are_full() -> None:
    long, short = "x" * 600, "y" * 10
    assert beginning_of(map(passage, [short, long, long, short])) == (short, long, long)
    assert beginning_of([passage(short)]) == (short,)
    assert beginning_of([]) == ()


def test_a_long_passage_means_as_much_as_it_is_long() -> None:
    def meanings(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0] if "a" in text else [0.0, 1.0] for text in texts], dtype=np.float32)

    assert meaning_of(["aaa", "b"], meanings).tolist() == [0.75, 0.25]


def test_a_label_is_learned_from_where_texts_deviate() -> None:
    """Texts with a label lie to one side of the usual one, those without to the other; a label that one text has is not learned."""
    vectors = np.array([[1, 0.2], [1, 0.3], [1, -0.2], [1, -0.3]], dtype=np.float32)
    right = np.array([[True, True], [True, False], [False, False], [False, False]])
    model = fit_meanings(vectors, vectors.mean(axis=0), right, np.ones(4))
    scores = model.scores(np.array([[1, 0.25], [1, -0.25]], dtype=np.float32))
    assert scores[0, 0] > 0 > scores[1, 0]
    assert scores[:, 1].tolist() == [-6, -6]


def test_what_a_text_means_is_a_candidate_that_nothing_names(ontology: Ontology) -> None:
    """From one in ten on; its rank is counted among all that the meaning speaks for."""
    text, vocabulary = ReadText("de", ()), Vocabulary.of([])
    found = candidates_of(
        text,
        Linked("de", (), ()),
        Hierarchy(ontology, "sector"),
        refused_by=frozenset(),
        by_text={},
        by_meaning={"wasser": 2.0, "abfall": -2.0, "pflege": -4.0},
        priors={},
        context=None,
        described=described_in(text, (), None, vocabulary),
    )
    features = {candidate.slug: dict(zip(FEATURES, map(float, candidate.features), strict=True)) for candidate in found}
    assert list(features) == ["abfall", "wasser"]
    assert [features["wasser"][name] for name in ("meaning", "meaning first", "meaning rank")] == [2, 1, 0]
    assert features["abfall"]["meaning first"] == 0
    assert features["abfall"]["meaning rank"] > 0
