"""What CONTRIBUTING says of adding things: the files it names are there, and a field is one line and one file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import DATA, TINY, with_vectors

ROOT = Path(__file__).parent.parent
LINE = '    climate_needs: tuple[str, ...] = concept("climate-need", "koop:climateNeed", default=(), facet="climate_need", weight=0.5)\n'


def test_files_of_the_recipes_are_there() -> None:
    """Every path in backticks below a recipe's heading; a name with <…> is one to be made."""
    recipes = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Recipes")[2]
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]+)`", recipes) if not path.startswith(("koop:", "http"))]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_field_is_one_line_and_one_file(tmp_path: Path, tiny_vectors: Path) -> None:
    """Copies of the packages with a line more in the table and a scheme more in the vocabulary; see tests/data/recipes/new_field.py for what that gives."""
    for package, folder in (("koopkg", "src/koopkg"), ("koopkg_api", "api/koopkg_api"), ("koopkg_ontology", "ontology"), ("koopkg_corpus", "corpus")):
        shutil.copytree(ROOT / folder, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "cases", "queries", "eval"))
    table = tmp_path / "koopkg" / "model" / "cases.py"
    source = table.read_text(encoding="utf-8")
    at = source.index("    status: str = ")
    table.write_text(source[:at] + LINE + source[at:], encoding="utf-8")
    shutil.copy(DATA / "recipes" / "climate-need.ttl", tmp_path / "koopkg_ontology" / "vocab")
    shutil.copytree(ROOT / "ontology" / "queries", tmp_path / "koopkg_ontology" / "queries")
    cases = shutil.copytree(TINY, tmp_path / "cases")
    settings = with_vectors(tmp_path / "data", tiny_vectors)
    done = subprocess.run(
        [sys.executable, str(DATA / "recipes" / "new_field.py"), str(cases), str(settings.data)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
