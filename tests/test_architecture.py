"""The tree keeps its rules: imports point one way, every module says what it exports, every setting and command is documented."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from importlib.metadata import distribution
from pathlib import Path

import pytest

from koopkg.config import Settings
from koopkg.namespaces import PREFIXES

ROOT = Path(__file__).parent.parent
LAYERS = [
    {"catalogues", "__init__"},
    {"messages"},
    {"errors", "headings", "sentences"},
    {"text", "sealing", "caches", "effects", "figures", "isolation", "pairing"},
    {"config", "namespaces", "files", "frontmatter", "refusals"},
    {"model"},
    {"ontology", "register", "language", "questions", "wordlist", "documentation", "reviews", "draft_files"},
    {"identity", "members", "references"},
    {"analyses"},
    {"morphology"},
    {"reading", "linking", "consistency", "kinship"},
    {"annotated", "deciding"},
    {"drafting", "zoning"},
    {"confirming"},
    {"agreement", "teaching"},
    {"lessons"},
    {"graph", "index", "intake"},
    {"snapshot", "quarantine"},
    {"moves", "relating"},
    {"carryover"},
    {"indexing", "adapting"},
    {"pipeline", "search", "sparql", "validation", "export", "citation"},
    {"reviewing", "record_lines"},
    {"advising", "comparing", "evaluation", "diagnosis", "filter_options", "rechecks", "serving"},
    {"linking_runs"},
    {"cli"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}
MODULES = sorted((ROOT / "src" / "koopkg").rglob("*.py"))
API_MODULES = sorted((ROOT / "api" / "koopkg_api").rglob("*.py"))


def top_of(path: Path) -> str:
    relative = path.relative_to(ROOT / "src" / "koopkg")
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Top-level names below koopkg that a module imports, wherever in the module it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "koopkg":
            found |= {alias.name for alias in node.names if alias.name in LEVEL}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("koopkg"):
            found.add((node.module or "").split(".")[1] if "." in (node.module or "") else (node.module or ""))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    own = top_of(path)
    for name in imported(path):
        assert name != "koopkg_api", "the library must not know the HTTP edge"
        assert name == own or LEVEL[name] < LEVEL[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", [*MODULES, *API_MODULES], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_has_a_docstring_and_says_what_it_exports(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    names = {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)}
    assert "__all__" in names or not [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def test_prefixes_agree_with_the_turtle_headers() -> None:
    for path in (ROOT / "ontology").rglob("*.ttl"):
        for prefix, iri in re.findall(r"^@prefix ([\w-]+): <([^>]+)> \.$", path.read_text(encoding="utf-8"), re.MULTILINE):
            if prefix in PREFIXES:
                assert PREFIXES[prefix] == iri, f"{path.name}: {prefix}"


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [setting.name for setting in fields(Settings) if f"KOOPKG_{setting.name.upper()}" not in readme]
    assert missing == []


def test_every_command_of_the_readme_exists() -> None:
    from koopkg.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups if group.name}
    used = set(re.findall(r"^(?:\.venv/bin/)?koopkg (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert used
    assert used <= known


def test_version_agrees_with_package_and_changelog() -> None:
    from koopkg import __version__

    assert distribution("koopkg").version == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_decisions_are_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        assert f"docs/decisions/{path.name}" in readme, path.name
