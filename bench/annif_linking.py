"""How Annif's MLLM reads the dev half of the annotated texts, learned from the cases of the corpus: the baseline of `koopkg eval linking`.

python bench/annif_linking.py [RUN.json]

With what `koopkg eval linking --split dev --json` printed, compares text by text. Annif is installed into data/annif, where nothing else sees it.
For each scheme and language a model is learned from four fifths of the cases, the score from which its concepts are taken is that with the best F1 on the last
fifth, and a model of all cases reads the texts. Of a scheme with one value the likeliest is taken.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from koopkg.agreement import Counts, Read, scored
from koopkg.analyses import Analyses
from koopkg.annotated import AnnotatedText, annotated_texts
from koopkg.config import Settings
from koopkg.deciding.choosing import DECIDED, DecidedScheme
from koopkg.deciding.fitting import FOLDS
from koopkg.deciding.training import Example
from koopkg.lessons import Lessons
from koopkg.linking import Linker
from koopkg.linking_runs import compare_linking, read_linking_run
from koopkg.model import LANGUAGES, Decided, Decision, Language
from koopkg.namespaces import concept_iri
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.text import with_whole_words

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "data" / "annif"
PYTHON = FOLDER / "venv" / "bin" / "python"
ANNIF = "annif==1.4.3"
STEMS = {"de": "german", "en": "english"}
Scores = Mapping[str, Mapping[str, float]]
"""Name of a text -> slug -> score."""


@dataclass(frozen=True, slots=True)
class Project:
    """A model of Annif."""

    scheme: DecidedScheme
    language: Language

    @property
    def name(self) -> str:
        return f"{self.scheme.name}-{self.language}"

    @property
    def config(self) -> str:
        told = {"name": self.name, "language": self.language, "backend": "mllm", "vocab": self.scheme.name, "analyzer": f"offline({STEMS[self.language]})"}
        return f"[{self.name}]\n" + "".join(f"{key}={value}\n" for key, value in told.items())

    def gold(self, examples: Iterable[Example]) -> dict[str, frozenset[str]]:
        return {example.case: example.gold.get(self.scheme.name, frozenset()) for example in examples}


def main() -> None:
    """Print what MLLM finds, and how it compares with a run of ours."""
    install()
    texts = annotated_texts(ROOT / "corpus" / "eval" / "links", ["dev"])
    cases = examples_of_cases({text.id for text in texts})
    projects = [Project(scheme, language) for scheme in DECIDED for language in LANGUAGES]
    commands(["load-vocab", "--force", scheme.name, str(ROOT / "ontology" / "vocab" / f"{scheme.name}.ttl")] for scheme in DECIDED)
    found: dict[str, list[Decision]] = {text.id: [] for text in texts}
    for project in projects:
        for name, slugs in read_by(project, [case for case in cases if case.text.language == project.language], texts).items():
            found[name] += [Decision(concept_iri(project.scheme.name, slug), project.scheme.name, slug, "about", 1.0, ()) for slug in slugs]
    schemes = [scheme.name for scheme in DECIDED]
    scores = scored(texts, lambda text: Read(Decided(1.0, tuple(found[text.id]), ()), ()), schemes)
    print(f"{len(texts)} texts (dev) by {ANNIF}, MLLM, learned from {len(cases)} texts of cases")
    print(f"{'scheme':18}{'right':>6}{'wrong':>6}{'missed':>7}{'P':>7}{'R':>7}{'F1':>7}{'macro':>7}")
    for name, row in scores.schemes.items():
        print(f"{name:18}{counted(row.counts)}{row.macro.f1:7.3f}")
    for path in map(Path, sys.argv[1:]):
        print(f"against {path}, F1 by text (mean, 95 % interval, texts better and worse)")
        for item in compare_linking(scores.schemes, read_linking_run(path, texts).schemes):
            print(f"{item.system:18}{item.mean:+9.3f}  [{item.low:+.3f}, {item.high:+.3f}]{item.better:5} +{item.worse:5} -")


def install() -> None:
    """Make an environment of its own for Annif, where there is none."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parent.parent)], check=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", "--no-compile", ANNIF], check=True)
    config = "".join(Project(scheme, language).config for scheme in DECIDED for language in LANGUAGES)
    (FOLDER / "projects.cfg").write_text(config, encoding="utf-8")


def commands(told: Iterable[Sequence[str]]) -> None:
    """Run commands of Annif one after the other."""
    lines = "".join(json.dumps(command) + "\n" for command in told)
    subprocess.run([str(PYTHON), str(ROOT / "bench" / "annif_commands.py")], cwd=FOLDER, input=lines, text=True, check=True)


def examples_of_cases(without: set[str]) -> list[Example]:
    """One text a case and language: the first, which has the title."""
    with closing(Analyses.cache(Settings.from_environment().cache_folder / "analyses.sqlite")) as analyses:
        ontology = Ontology.bundled()
        lessons = Lessons.bundled(ontology, Linker(ontology, Register.bundled(), analyses), analyses).without(without)
    first: dict[tuple[str, str], Example] = {}
    for example in lessons.examples:
        if example.is_case:
            first.setdefault((example.case, example.text.language), example)
    return list(first.values())


def read_by(project: Project, cases: Sequence[Example], texts: Sequence[AnnotatedText]) -> dict[str, set[str]]:
    """Name of each text in the language of the project -> the concepts that are taken."""
    learned, held = [case for number, case in enumerate(cases) if number % FOLDS], cases[::FOLDS]
    gold = project.gold(cases)
    held_scores = suggested(project, learned, {case.case: text_of(case) for case in held})
    best = max((step / 100 for step in range(1, 100)), key=lambda least: f1(held_scores, gold, project, least))
    asked = {text.id: with_whole_words(text.text) for text in texts if text.language == project.language}
    return {name: taken(scores, project, best) for name, scores in suggested(project, cases, asked).items()}


def text_of(case: Example) -> str:
    return " ".join(sentence.text for sentence in case.text.sentences)


def suggested(project: Project, learned: Sequence[Example], asked: Mapping[str, str]) -> Scores:
    """What a project that learned from some cases says of texts."""
    gold = project.gold(learned)
    subjects = {case: [{"uri": concept_iri(project.scheme.name, slug)} for slug in sorted(slugs)] for case, slugs in gold.items()}
    write("learned.jsonl", ({"document_id": case.case, "text": text_of(case), "subjects": subjects[case.case]} for case in learned))
    write("asked.jsonl", ({"document_id": name, "text": text} for name, text in asked.items()))
    commands([["train", project.name, "learned.jsonl"], ["index", project.name, "asked.jsonl", "--limit", "100", "--force", "--output", "said.jsonl"]])
    said = [json.loads(line) for line in (FOLDER / "said.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {row["document_id"]: {item["uri"].rpartition("/")[2]: item["score"] for item in row["results"]} for row in said}
    if found.keys() != asked.keys():
        raise SystemExit(f"{project.name}: {len(asked) - len(found)} of {len(asked)} texts were passed over")
    return found


def write(name: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Write JSON objects for Annif, one a line."""
    (FOLDER / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def taken(scores: Mapping[str, float], project: Project, least: float) -> set[str]:
    likely = sorted((slug for slug, score in scores.items() if score >= least), key=lambda slug: (-scores[slug], slug))
    return set(likely[:1] if project.scheme.is_single else likely)


def f1(scores: Scores, gold: Mapping[str, frozenset[str]], project: Project, least: float) -> float:
    counts = Counts()
    for name, of_text in scores.items():
        found = taken(of_text, project, least)
        counts += Counts(len(found & gold[name]), len(found - gold[name]), len(gold[name] - found))
    return counts.f1


def counted(counts: Counts) -> str:
    return f"{counts.right:6}{counts.wrong:6}{counts.missed:7}{counts.precision:7.3f}{counts.recall:7.3f}{counts.f1:7.3f}"


if __name__ == "__main__":
    main()
