"""The core alone is enough to take in, search, serve and ask; what needs an extra says which. And every licence is known."""

from __future__ import annotations

import json
import os
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from tools.dependencies import brought_along
from tools.list_licences import ALLOWED, PAGE, faults, table

from koopkg.config import Settings
from koopkg.identity import library_versions
from tests.conftest import TINY, run_koopkg, running_server, with_vectors

ROOT = Path(__file__).parent.parent
NOT_THERE = """
import sys

class NotThere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotThere())
"""


@pytest.fixture(scope="session")
def core_alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PYTHONPATH under which, in child processes too, no module can be imported that only an extra or a test brings along."""
    core = brought_along("core") | {"koopkg"}
    names = {module for module, owners in packages_distributions().items() if not core & {canonicalize_name(owner) for owner in owners}}
    assert {"torch", "sentence_transformers", "transformers", "scipy", "pytrec_eval", "pandas", "httpx"} <= names
    folder = tmp_path_factory.mktemp("core-alone")
    (folder / "sitecustomize.py").write_text(f"NAMES = frozenset({sorted(names)!r})\n{NOT_THERE}", encoding="utf-8")
    return str(folder)


def test_the_core_alone_takes_in_searches_and_serves(core_alone: str, tmp_path: Path, known_vectors: Path) -> None:
    """The texts of the documents are embedded; the definitions of concepts, which take a quarter of a minute, have been."""
    data = with_vectors(tmp_path / "data", known_vectors).data
    done = run_koopkg("ingest", str(TINY), "--json", data=data, PYTHONPATH=core_alone)
    assert (done.returncode, json.loads(done.stdout)["embedded"] > 40) == (0, True), done.stderr
    done = run_koopkg("search", "gemeinsamer Bauhof", data=data, PYTHONPATH=core_alone)
    assert (done.returncode, "bauhof" in done.stdout) == (0, True), done.stderr
    with running_server(data, PYTHONPATH=core_alone) as server:
        assert server.request("/api/v1/search?q=Bauhof").json()["total"] > 0
        assert server.request("/suche?q=Bauhof").status == 200
        assert server.request("/sparql?query=ASK%7B%7D", headers={"Accept": "application/sparql-results+json"}).json()["boolean"] is True


def test_what_decides_a_snapshot_comes_with_the_core() -> None:
    """Its version is asked for in every ingest, also where only the core is installed."""
    assert {canonicalize_name(name) for name in library_versions()} <= brought_along("core")


def test_what_needs_an_extra_says_which(core_alone: str, tiny: Settings) -> None:
    done = run_koopkg("search", "Bauhof", data=tiny.data, PYTHONPATH=core_alone, KOOPKG_ENCODER="all-MiniLM-L6-v2")
    assert done.returncode == 2
    done = run_koopkg("ingest", str(TINY), data=tiny.data, PYTHONPATH=core_alone, KOOPKG_ENCODER="all-MiniLM-L6-v2")
    assert (done.returncode, "pip install 'koopkg[sentence-transformers]'" in done.stderr) == (2, True), done.stderr
    done = run_koopkg("eval", "search", data=tiny.data, PYTHONPATH=core_alone)
    assert (done.returncode, "pip install 'koopkg[eval]'" in done.stderr) == (2, True), done.stderr


def test_every_extra_that_is_named_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [path.read_text(encoding="utf-8") for folder in ("src", "api", "docs") for path in (ROOT / folder).rglob("*.*") if path.suffix in (".py", ".md")]
    named = {extra for text in texts for found in re.findall(r"(?:koopkg|-e '\.)\[([a-z,-]+)\]", text) for extra in found.split(",")}
    assert {"eval", "sentence-transformers"} <= named <= set(project["optional-dependencies"])


def test_every_distribution_has_a_licence_that_is_allowed_and_written_down() -> None:
    """`make licences` says the same; `python -m tools.list_licences` writes the table."""
    assert faults() == []


def test_a_licence_that_is_not_allowed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.list_licences.ALLOWED", ALLOWED - {"LGPL-3.0-or-later"})
    assert faults() == ["hanta: LGPL-3.0-or-later is not among the licences allowed"]


def test_a_row_that_is_missing_or_wrong_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "licences.md"
    monkeypatch.setattr("tools.list_licences.PAGE", page)
    text = PAGE.read_text(encoding="utf-8")
    row = next(row for row in table() if row.startswith("| numpy |"))
    page.write_text(text.replace(row + "\n", "").replace("| hanta | LGPL-3.0-or-later |", "| hanta | MIT |"), encoding="utf-8")
    assert [fault.partition(":")[0] for fault in faults()] == ["hanta", "numpy"]


def test_constraints_pin_what_is_needed_and_nothing_else() -> None:
    pinned = {canonicalize_name(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    needed = brought_along("dev") - {"setuptools"}
    assert needed <= pinned
    if os.environ.get("CI"):  # on other systems and versions of Python some are not needed
        assert pinned <= needed
