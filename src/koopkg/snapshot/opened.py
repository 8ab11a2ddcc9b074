"""A published snapshot -> its parts, each opened when it is first needed: what search, pages and commands read from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache

import numpy as np

from koopkg.analyses import Analyses
from koopkg.config import Settings
from koopkg.errors import EncoderMismatchError, SnapshotError
from koopkg.index import Columns, Encoder, LexicalIndex, Matrix, Rows, VectorIndex, load_encoder, mapped, setting_of
from koopkg.linking import Linker, open_labels
from koopkg.messages import Foreign, Message
from koopkg.namespaces import case_iri, draft_iri
from koopkg.ontology import Concept, Ontology
from koopkg.register import Register
from koopkg.snapshot.catalog import Catalog
from koopkg.snapshot.layout import IndexFiles, Manifest, SnapshotFiles

__all__ = ["Drafts", "OpenSnapshot", "Searched"]

_REMEMBERED_QUERIES = 256


class Searched:
    """Rows that are searched together, with what is known of the language and the world: the cases of a snapshot, or its drafts."""

    def __init__(self, files: SnapshotFiles, settings: Settings) -> None:
        """Open a snapshot.

        Raises:
            SnapshotError: It is damaged or of another format.
        """
        self.files = files
        self.indexes: IndexFiles = files
        self.settings = settings
        self.manifest: Manifest = files.manifest()
        self.catalog = Catalog(files.catalog)
        self.ontology = Ontology.open(files.unharmed(files.terms))

    @property
    def id(self) -> str:
        return self.manifest.id

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.catalog)

    def iri_of(self, identifier: str) -> str:
        """The IRI of what a row stands for."""
        return case_iri(identifier)

    @cached_property
    def matches(self) -> Columns:
        """IRI of a concept or place -> the cases that serve whoever asks for it, and how well."""
        return Columns.open(self.indexes.arrays / "matches")

    @cached_property
    def facets(self) -> Columns:
        """`scheme/slug`, or `field/value` of places and numbers (`state/Hessen`, `started/2013`) -> the cases whose records say so, narrower included."""
        return Columns.open(self.indexes.arrays / "facets")

    @cached_property
    def named(self) -> Columns:
        """IRI of a concept -> the cases whose texts name it, and how often."""
        return Columns.open(self.indexes.arrays / "named")

    def cases_of(self, concept: Concept) -> Rows:
        """Rows of the cases whose records have a concept or a narrower one."""
        return self.facets.rows_of(f"{concept.scheme}/{concept.slug}")

    def cases_naming(self, concept: Concept) -> Rows:
        """Rows of the cases whose texts name a concept, those that name it most often first."""
        return self.named.rows_of(concept.iri)[np.argsort(-self.named.values_of(concept.iri), kind="stable")]

    @cached_property
    def frequencies(self) -> Mapping[str, int]:
        """IRI of a concept or place -> how many cases have it themselves."""
        path = self.indexes.arrays / "frequencies.json"
        try:
            found: dict[str, int] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise SnapshotError("the arrays cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error
        return found

    @cached_property
    def by_title(self) -> Rows:
        """The rows of all cases in the order of their titles."""
        try:
            return mapped(self.indexes.arrays / "by_title.npy")
        except (OSError, ValueError) as error:
            raise SnapshotError("the arrays cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(type(error).__name__)) from error

    @cached_property
    def activities(self) -> Matrix:
        """How many activities the record of each case has, broader ones included: float32 array (n,)."""
        rows = [self.facets.rows_of(f"{concept.scheme}/{concept.slug}") for concept in self.ontology.schemes["activity"]]
        return np.bincount(np.concatenate([*rows, np.zeros(0, np.int32)]), minlength=len(self)).astype(np.float32)

    @cached_property
    def lexical(self) -> LexicalIndex:
        return LexicalIndex(self.indexes.lexical, self.analyses)

    @cached_property
    def vectors(self) -> VectorIndex:
        return VectorIndex(self.indexes.vectors)

    @cached_property
    def linker(self) -> Linker:
        return Linker(self.ontology, Register.bundled(), self.analyses, open_labels(self.files.unharmed(self.files.labels)))

    @cached_property
    def analyses(self) -> Analyses:
        try:
            return Analyses.open(self.files.analyses)
        except sqlite3.DatabaseError as error:
            raise SnapshotError("the analyses of words cannot be opened ({reason}); run `koopkg ingest`", reason=Foreign(error)) from error

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of the settings.

        Raises:
            EncoderMismatchError: The snapshot was built with another.
        """
        encoder = load_encoder(self.settings.encoder)
        built_with = self.manifest.encoder
        if built_with != encoder.id:
            setting = setting_of(built_with)
            is_installed = setting == setting_of(encoder.id)
            advice = Message("run `koopkg ingest`") if is_installed else Message("set KOOPKG_ENCODER={setting} or run `koopkg ingest`", setting=setting)
            raise EncoderMismatchError(
                "the index was built with the encoder {built_with!r}, in use is {used!r}; {advice}", built_with=built_with, used=encoder.id, advice=advice
            )
        return encoder

    @cached_property
    def query_vector(self) -> Callable[[str], Matrix]:
        """Text -> unit vector; remembered, because paging and filtering ask for the same text again."""
        return lru_cache(maxsize=_REMEMBERED_QUERIES)(lambda text: self.encoder.encode_query([text])[0])


class OpenSnapshot(Searched):
    """The read side of one snapshot, safe to use from several threads; what is searched in it are the cases."""

    @cached_property
    def drafts(self) -> Drafts | None:
        """What was only read by machine, None where nothing was."""
        return Drafts(self) if len(self.catalog.of_drafts()) else None


class Drafts(Searched):
    """The drafts of a snapshot: rows and indexes of their own, everything else shared with the cases."""

    def __init__(self, of: OpenSnapshot) -> None:
        self.files, self.indexes, self.settings, self.manifest = of.files, of.files.drafts, of.settings, of.manifest
        self.catalog, self.ontology = of.catalog.of_drafts(), of.ontology
        self._of = of

    def iri_of(self, identifier: str) -> str:
        return draft_iri(identifier)

    @cached_property
    def linker(self) -> Linker:
        return self._of.linker

    @cached_property
    def analyses(self) -> Analyses:
        return self._of.analyses

    @cached_property
    def query_vector(self) -> Callable[[str], Matrix]:
        return self._of.query_vector
