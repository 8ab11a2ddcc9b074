"""The corpus, the ontology and the dev half of the annotated texts -> weights, learned from all of it or from all but some texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

from koopkg.analyses import Analyses
from koopkg.annotated import (
    AnnotatedText,
    MarkedClause,
    annotated_texts,
    counted_texts,
    judged_sentences,
    labelled_texts,
    marked_clauses,
    marked_sentences,
    telling_texts,
)
from koopkg.deciding import Meanings
from koopkg.deciding.fitting import FOLDS
from koopkg.deciding.learning_several import SeveralExample
from koopkg.deciding.learning_told import ToldSentence
from koopkg.deciding.training import Clause, Example, Statement, train
from koopkg.deciding.weights import Weights
from koopkg.linking import Linker
from koopkg.ontology import Ontology
from koopkg.reading import document_paths, read_document
from koopkg.reviews import Reviews
from koopkg.teaching import Teacher

__all__ = ["Lessons"]

_MARKED = ("legal-form", "sector", "activity")
"""Schemes of which the marked clauses mark all that they name."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What there is to learn from."""

    examples: tuple[Example, ...]
    clauses: tuple[Clause, ...]
    statements: tuple[Statement, ...]
    told: tuple[ToldSentence, ...]
    several: tuple[SeveralExample, ...]
    ontology: Ontology

    @classmethod
    def bundled(cls, ontology: Ontology, linker: Linker, analyses: Analyses, reviews: Reviews | None = None) -> Lessons:
        """Those of the bundled corpus, and what people said of proposals."""
        teacher = Teacher(ontology, linker, analyses)
        with as_file(files("koopkg_corpus")) as corpus:
            documents = [read_document(path.read_bytes(), ontology, where=path.name) for path in document_paths(corpus / "cases")]
            examples = [example for document in documents for example in teacher.of_document(document)]
            texts = annotated_texts(corpus / "eval" / "links", ["dev"])
            clauses, forms, fields = (_named(corpus / "marks" / name) for name in ("clauses.jsonl", "forms.jsonl", "fields.jsonl"))
            labelled, counted = labelled_texts(corpus / "marks"), counted_texts(corpus / "marks" / "several.jsonl")
            marks, telling = marked_sentences(corpus / "marks"), telling_texts(corpus / "marks" / "told.jsonl")
            judged = judged_sentences(corpus / "marks" / "judged.jsonl")
        sentences = (*teacher.of_accounts(documents, marks), *teacher.of_documents([*texts, *labelled], judged), *teacher.of_telling(telling))
        parts = teacher.of_parts([*examples, *teacher.of_definitions()])
        statements = (
            *teacher.of_statements(clauses, _MARKED),
            *teacher.of_statements(forms, ["legal-form"]),
            *teacher.of_statements(fields, ["sector", "activity"]),
        )
        mentions = (*teacher.of_clauses({**clauses, **forms, **fields}), *(teacher.of_reviews(reviews) if reviews else ()))
        short = teacher.of_short_texts(clauses, _MARKED)
        whole = (*examples, *short, *teacher.of_definitions(), *teacher.of_annotated(texts), *teacher.of_labelled(labelled), *teacher.of_counted(counted))
        several = tuple(teacher.of_one_or_several(documents, texts, labelled, counted))
        return cls((*whole, *parts), mentions, statements, sentences, several, ontology)

    def learn(self, meanings: Meanings) -> Weights:
        """Needs scikit-learn (the extra `train`).

        Args:
            meanings: The bundled encoder.
        """
        return train(self.examples, self.clauses, self.statements, self.told, self.several, self.ontology, meanings)

    def without(self, names: Collection[str]) -> Lessons:
        """All but the examples of some texts or cases."""
        return replace(
            self,
            examples=tuple(example for example in self.examples if example.case not in names),
            told=tuple(sentence for sentence in self.told if sentence.case not in names),
            several=tuple(example for example in self.several if example.case not in names),
        )

    def unseen(self, texts: Sequence[AnnotatedText]) -> Iterator[tuple[Lessons, Sequence[AnnotatedText]]]:
        """The texts in a few parts, each with lessons that have none of it."""
        for fold in range(FOLDS):
            part = sorted(texts, key=lambda text: text.id)[fold::FOLDS]
            yield self.without({text.id for text in part}), part


def _named(path: Path) -> dict[str, MarkedClause]:
    """The clauses of a file by its name and their place in it."""
    return {f"{path.stem} {number}": clause for number, clause in enumerate(marked_clauses(path))}
