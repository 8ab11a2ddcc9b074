"""Rewrite Turtle files in the one form that this repository keeps: sorted, one value a line, so that a diff shows what changed.

The form is rdflib's `longturtle`. Comments do not survive it; what needs saying belongs in `rdfs:comment` or a README.

    python tools/format_turtle.py            # rewrite every file of ontology/
    python tools/format_turtle.py --check    # name the files that differ; exit code 1 if any does
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import rdflib

ONTOLOGY = Path(__file__).parent.parent / "ontology"


def formatted(text: str) -> str:
    """The same triples in canonical form."""
    return canonical(rdflib.Graph().parse(data=text, format="turtle"))


def canonical(graph: rdflib.Graph) -> str:
    """A graph as Turtle in canonical form."""
    return graph.serialize(format="longturtle", canon=True).strip() + "\n"


def main() -> int:
    """Format or check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="default: every Turtle file below ontology/")
    parser.add_argument("--check", action="store_true", help="change nothing, name what differs")
    arguments = parser.parse_args()
    differing = []
    for path in arguments.files or sorted(ONTOLOGY.rglob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        wanted = formatted(text)
        if wanted != text:
            differing.append(path)
            if not arguments.check:
                path.write_text(wanted, encoding="utf-8")
    for path in differing:
        print(f"{path}: {'is not in canonical form; run python tools/format_turtle.py' if arguments.check else 'formatted'}")
    return 1 if differing and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
