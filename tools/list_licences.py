"""The metadata of what is installed -> the table of docs/licences.md; `--check` compares and refuses what is not allowed."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from tools.dependencies import INSTALLS, ROOT, brought_along

__all__ = ["ALLOWED", "PAGE", "faults", "table"]

PAGE = ROOT / "docs" / "licences.md"
_BEGIN, _END = "<!-- table -->", "<!-- end of table -->"
ALLOWED = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 CNRI-Python ISC LLVM-exception MIT MIT-CMU PSF-2.0 W3C W3C-20150513 Zlib "
    "MPL-1.1 MPL-2.0 LGPL-3.0-or-later".split()
)
"""Permissive licences, and three whose terms end at their own files: docs/licences.md says what that means."""
_SPELLINGS = {
    "Apache 2.0 License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD license (see license.txt for details), Copyright (c) 2000-2025, ReportLab Inc.": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "MIT, BSD": "MIT AND BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The BSD 2-Clause License": "BSD-2-Clause",
    "W3C SOFTWARE NOTICE AND LICENSE": "W3C",
}
"""What authors wrote instead of SPDX; each was read in the licence file of the distribution."""
_READ_IN_FILES = {
    "axe-playwright-python": "MIT",  # LICENSE
    "html5rdf": "MIT",  # LICENSE
    "locate": "MIT",  # LICENSE
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # licenses/; the libraries bundled with PDFium have permissive ones of their own
    "scipy": "BSD-3-Clause",  # LICENSE.txt; the bundled OpenBLAS has the same, libgfortran GPL-3.0 with the GCC runtime exception
    "uvloop": "Apache-2.0 OR MIT",  # LICENSE-APACHE, LICENSE-MIT
}
"""Licences that the metadata names wrongly, as a whole text or not at all."""


def licence(found: Distribution) -> str:
    """The licence of a distribution as an SPDX expression, or what it says if nobody has looked at that yet."""
    name, metadata = found.metadata["Name"].lower(), found.metadata
    if name in _READ_IN_FILES:
        return _READ_IN_FILES[name]
    classified = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if line.startswith("License ::")]
    stated = metadata.json.get("license_expression") or str(metadata.json.get("license", "")).strip().partition("\n")[0] or " AND ".join(classified)
    return _SPELLINGS.get(str(stated), str(stated)) or "none stated"


def table() -> list[str]:
    """A row for each distribution: name, licence, the smallest install that brings it along, address."""
    brought: dict[str, str] = {}
    for install in INSTALLS:
        for name in brought_along(install):
            brought.setdefault(name, install)
    rows = []
    for name in sorted(brought):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of another system or version of Python
        rows.append(f"| {name} | {licence(found)} | {brought[name]} |")
    return rows


def faults() -> list[str]:
    """What is wrong: licences that are not allowed, rows that are missing or say something else."""
    written = {row.split(" | ")[0].removeprefix("| "): row for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("| ")}
    wrong = []
    for row in table():
        name, stated, _ = (cell.strip() for cell in row.strip("|").split(" | "))
        if not _is_allowed(stated):
            wrong.append(f"{name}: {stated} is not among the licences allowed")
        if written.get(name) != row:
            wrong.append(f"{name}: docs/licences.md has not the row {row}; run `python -m tools.list_licences`")
    return wrong


def _is_allowed(expression: str) -> bool:
    """Whether every licence that must be kept is allowed; of those joined by OR one is enough."""
    parts = [part.strip("() ") for part in re.split(r"\bAND\b", expression)]
    return all(any(set(re.split(r" WITH ", choice.strip())) <= ALLOWED for choice in re.split(r"\bOR\b", part)) for part in parts)


def main() -> None:
    if "--check" in sys.argv:
        wrong = faults()
        print(*wrong or ["all licences are known, allowed and written down"], sep="\n")
        sys.exit(bool(wrong))
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(_BEGIN)[0], text.partition(_END)[2]
    PAGE.write_text(
        "\n".join([f"{before}{_BEGIN}", "| distribution | licence | comes with |", "| --- | --- | --- |", *table(), f"{_END}{after}"]), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
