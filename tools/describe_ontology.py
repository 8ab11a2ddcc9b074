"""Write the tables of ontology/README.md that follow from the data: schemes, coverage of the source deck, competency questions.

python -m tools.describe_ontology          # of the snapshot over the whole corpus in data/, or in the folder that --data names
python -m tools.describe_ontology --check  # change nothing; exit code 1 if a table is out of date
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from koopkg import snapshot
from koopkg.documentation import Documentation
from koopkg.ontology import Concept, Ontology, bundled_hash
from koopkg.questions import bundled_questions
from koopkg.snapshot import SnapshotFiles
from tools.format_turtle import ONTOLOGY

README = ONTOLOGY / "README.md"
_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def described(text: str, files: SnapshotFiles) -> str:
    """The text of the README with its tables written anew."""
    ontology = Ontology.open(files.terms)
    tables = {"schemes": _schemes(ontology), "coverage": _coverage(ontology, Documentation(files.ontology)), "questions": _questions(files)}
    return _MARKED.sub(lambda match: match[1] + "\n".join(tables[match[2]]) + "\n" + match[3], text)


def _schemes(ontology: Ontology) -> Iterator[str]:
    yield "| scheme | German | English | concepts | levels | looked for in texts |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    for scheme, concepts in ontology.schemes.items():
        labels = ontology.scheme_labels[scheme]
        levels = max(_depth(concept, ontology) for concept in concepts)
        linked = "no" if scheme in ontology.unlinked_schemes else "yes"
        yield f"| [{scheme}](vocab/{scheme}.ttl) | {labels['de']} | {labels['en']} | {len(concepts)} | {levels} | {linked} |"


def _depth(concept: Concept, ontology: Ontology) -> int:
    return 1 + max((_depth(ontology.concepts[iri], ontology) for iri in concept.broader), default=0)


def _coverage(ontology: Ontology, documentation: Documentation) -> Iterator[str]:
    yield "| slide | heading · bullet | carried by |"
    yield "| ---: | --- | --- |"
    for section in documentation.sections():
        if section.bullet is None:
            yield f"| {section.slide} | **{section.heading}** | |"
            continue
        names = [f"`{ontology.concepts[iri].scheme}/{ontology.concepts[iri].slug}`" if iri in ontology.concepts else "provenance" for iri in section.carriers]
        yield f"| {section.slide} | {section.bullet} | {', '.join(names)} |"


def _questions(files: SnapshotFiles) -> Iterator[str]:
    store = ox.Store.read_only(str(files.graph))
    yield "| no. | question | asked by | decides | rows, tiny graph | rows, corpus |"
    yield "| ---: | --- | --- | --- | ---: | ---: |"
    for question in bundled_questions():
        stem = f"cq{question.number:02}-{question.slug}"
        with (ONTOLOGY / "queries" / f"{stem}.csv").open(encoding="utf-8", newline="") as handle:
            expected = sum(1 for _ in csv.DictReader(handle))
        found = sum(1 for _ in cast(ox.QuerySolutions, store.query(question.query)))
        wording, decision = (f"{texts['de']} · {texts['en']}" for texts in (question.wording, question.decision))
        yield f"| [{question.number}](queries/{stem}.rq) | {wording} | {question.asked_by} | {decision} | {expected} | {found} |"


def main() -> int:
    """Write or check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    files = snapshot.open_files(arguments.data)
    if files.manifest().ontology_sha256 != bundled_hash():
        print(f"{arguments.data}: holds an older ontology than ontology/; run `koopkg ingest corpus/cases` first")
        return 1
    wanted = described(text, files)
    if wanted == text:
        return 0
    if arguments.check:
        print(f"{README}: a table is out of date; run python -m tools.describe_ontology")
        return 1
    README.write_text(wanted, encoding="utf-8")
    print(f"{README}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
