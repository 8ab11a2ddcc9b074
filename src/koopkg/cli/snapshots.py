"""The commands `snapshots ...`: list, publish, remove and cite the snapshots on disk."""

from __future__ import annotations

from typing import Annotated

import typer

from koopkg.cli.conventions import AsJson, print_json
from koopkg.config import Settings
from koopkg.errors import SnapshotError

__all__ = ["snapshots_app"]

snapshots_app = typer.Typer(help="List, activate and prune snapshots.", no_args_is_help=True)


@snapshots_app.command("list")
def list_snapshots(as_json: AsJson = False) -> None:
    """List the snapshots on disk, newest first; `*` marks the published one."""
    from koopkg import snapshot

    data = Settings.from_environment().data
    current = snapshot.named_in_current(data)
    manifests = snapshot.list_snapshots(data)
    if as_json:
        print_json(
            [{"id": item.id, "created": item.created, "encoder": item.encoder, "counts": item.counts, "is_current": item.id == current} for item in manifests]
        )
        return
    for item in manifests:
        typer.echo(f"{'*' if item.id == current else ' '} {item.id}  {item.created}  {item.counts['documents']} documents, {item.encoder}")
    for fault in snapshot.unreadable_snapshots(data).values():
        typer.echo(fault, err=True)


@snapshots_app.command("activate")
def activate(identifier: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Publish an earlier snapshot again."""
    from koopkg import snapshot

    snapshot.activate(Settings.from_environment().data, identifier)
    typer.echo(f"snapshot {identifier}: published")


@snapshots_app.command("prune")
def prune(keep: Annotated[int, typer.Option(min=1, help="Newest snapshots to keep; the published one always stays.")] = 1) -> None:
    """Remove old snapshots."""
    from koopkg import snapshot

    removed = snapshot.prune(Settings.from_environment().data, keep=keep)
    typer.echo(f"{len(removed)} removed" + "".join(f"\n  {identifier}" for identifier in removed))


@snapshots_app.command("cite")
def cite(identifier: Annotated[str, typer.Argument(metavar="ID", help="A snapshot on disk; none: the published one.")] = "") -> None:
    """Print the line to cite a snapshot by."""
    from koopkg import snapshot
    from koopkg.citation import citation

    data = Settings.from_environment().data
    found = [item for item in snapshot.list_snapshots(data) if item.id == identifier]
    if identifier and not found:
        raise SnapshotError(f"snapshot {identifier}: is not on disk; `koopkg snapshots list` names those that are")
    typer.echo(citation(found[0] if found else snapshot.open_files(data).manifest()))
