"""The command `serve`: settings -> a server that listens."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from koopkg.config import Settings
from koopkg.errors import ConfigurationError
from koopkg.messages import Foreign
from koopkg.refusals import explain

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option(help="Address to bind to; default: KOOPKG_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to bind to; default: KOOPKG_PORT.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that serve; default: KOOPKG_WORKERS.")] = 0,
) -> None:
    """Serve the API and the web pages."""
    if workers:
        os.environ["KOOPKG_WORKERS"] = str(workers)  # the application reads its settings from there
    from koopkg.isolation import why_impossible

    settings = Settings.from_environment()
    if settings.sparql_isolation == "off":
        typer.echo("koopkg: WARNING: KOOPKG_SPARQL_ISOLATION=off: a SPARQL query may open connections from this machine", err=True)
    elif reason := why_impossible():
        raise ConfigurationError(
            "SPARQL workers cannot be kept from opening sockets: {reason}; run where seccomp filters are allowed, or set KOOPKG_SPARQL_ISOLATION=off "
            "if nobody else can reach this server",
            reason=Foreign(reason),
        )
    host, port = host.strip("[]") or settings.host, port or settings.port
    _require_free(host, port)
    typer.echo(f"koopkg: http://{f'[{host}]' if ':' in host else host}:{port} (end with Ctrl-C)")
    import uvicorn

    from koopkg.serving import serve as serve_application

    config = uvicorn.Config(
        "koopkg_api.app:create_app",
        factory=True,
        host=host,
        port=port,
        http="koopkg_api.protocol:BoundedProtocol",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    serve_application(config, workers=settings.workers)


def _require_free(host: str, port: int) -> None:
    """Make sure that a server can listen at an address, before it loads anything.

    Raises:
        ConfigurationError: It cannot.
    """
    if not 1 <= port <= 65_535:
        raise ConfigurationError("--port: {port} is no port; expected 1 to 65,535, such as 8000", port=str(port))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigurationError("{host}, port {port}: {refusal}", host=host, port=str(port), refusal=explain(error)) from error
