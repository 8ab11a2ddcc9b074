"""What the commands share: two options, the exit codes, the published snapshot, JSON, what was passed over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from koopkg.config import Settings
from koopkg.messages import Language, translated

if TYPE_CHECKING:
    from koopkg.files import Skipped
    from koopkg.snapshot import OpenSnapshot

__all__ = ["DONE", "PARTLY", "UNUSABLE", "AsJson", "ReasonLanguage", "opened_snapshot", "print_json", "print_skipped"]

DONE, PARTLY, UNUSABLE = 0, 1, 2
"""Exit codes."""

ReasonLanguage = Annotated[Language, typer.Option(help="Language of reasons.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_MOST_SKIPPED_SHOWN = 20


def opened_snapshot() -> OpenSnapshot:
    """The published snapshot, as the environment says where it lies."""
    from koopkg import snapshot

    settings = Settings.from_environment()
    return snapshot.OpenSnapshot(snapshot.open_files(settings.data), settings)


def print_skipped(skipped: Sequence[Skipped], language: Language) -> None:
    """Say on standard error what was passed over and why."""
    for item in skipped[:_MOST_SKIPPED_SHOWN]:
        typer.echo(f"skipped: {item.path}: {translated(item.reason, language)}", err=True)
    if len(skipped) > _MOST_SKIPPED_SHOWN:
        typer.echo(f"skipped: {len(skipped) - _MOST_SKIPPED_SHOWN} more; --json lists all", err=True)


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
