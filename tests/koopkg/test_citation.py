"""A snapshot and the software can be cited."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from koopkg import __version__, snapshot
from koopkg.config import Settings
from tests.conftest import run_koopkg

CFF = Path(__file__).parent.parent.parent / "CITATION.cff"


def test_the_line_names_version_snapshot_date_and_licence(tiny: Settings) -> None:
    manifest = snapshot.open_files(tiny.data).manifest()
    done = run_koopkg("snapshots", "cite", data=tiny.data)
    assert done.returncode == 0
    for part in (f"Version {__version__}", f"snapshot {manifest.id} of {manifest.created[:10]}", f"({manifest.created[:4]})", "CC BY 4.0"):
        assert part in done.stdout
    assert run_koopkg("snapshots", "cite", manifest.id, data=tiny.data).stdout == done.stdout
    missing = run_koopkg("snapshots", "cite", "0000", data=tiny.data)
    assert (missing.returncode, "snapshot 0000: is not on disk" in missing.stderr) == (2, True)


def test_citation_file_is_valid() -> None:
    """The keys that CFF 1.2 requires, none that it does not know, and nobody invented.

    Source: https://github.com/citation-file-format/citation-file-format, schema guide 1.2.0.
    """
    cff = yaml.safe_load(CFF.read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cff.keys()
    assert cff.keys() <= {"cff-version", "message", "title", "type", "abstract", "authors", "version", "license", "keywords"}
    assert (cff["cff-version"], cff["type"]) == ("1.2.0", "software")
    assert cff["authors"] == [{"name": "koopkg contributors"}]
    assert str(cff["version"]) == __version__
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", licence) for licence in cff["license"])
