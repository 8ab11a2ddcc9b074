"""pyproject.toml and what is installed -> which distributions each way of installing koopkg brings along."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["INSTALLS", "brought_along"]

ROOT = Path(__file__).parent.parent
INSTALLS = ("core", "eval", "sentence-transformers", "dev")
"""The core, then the extras of pyproject.toml; `all` is the first three."""


def brought_along(install: str) -> set[str]:
    """Normalised names of the distributions that the core, or an extra with the core, needs, those that are not installed included.

    koopkg's own needs are read from pyproject.toml, so that they are true before it is installed anew.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    seen: set[tuple[str, frozenset[str]]] = set()
    pending = _applying(project["dependencies"]) + _applying(extras.get(install, ()))
    while pending:
        needed = pending.pop()
        name = canonicalize_name(needed.name)
        if (name, frozenset(needed.extras)) not in seen:
            seen.add((name, frozenset(needed.extras)))
            own = [line for extra in needed.extras for line in extras[extra]] if name == "koopkg" else _needs(name)
            pending += _applying(own, needed.extras)
    return {name for name, _ in seen} - {"koopkg"}


def _applying(lines: Iterable[str], extras: Iterable[str] = ()) -> list[Requirement]:
    """The requirements that apply here, with these extras."""
    needed = [Requirement(line) for line in lines]
    return [line for line in needed if line.marker is None or any(line.marker.evaluate({"extra": extra}) for extra in ("", *extras))]


def _needs(name: str) -> list[str]:
    """What an installed distribution says that it needs; nothing if it is not installed."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []
