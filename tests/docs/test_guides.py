"""Every block of the guides and of the README runs and answers, and what they show is what comes."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.sparql import answer
from tests.conftest import Server, run_koopkg

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "http://127.0.0.1:8000"
RUN = ("sh", "sparql", "python")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block that is run, and the block after it that shows its answer, if there is one."""

    page: str
    number: int
    language: str
    text: str
    shown: str


def blocks() -> list[Block]:
    found = []
    for page in PAGES:
        parts = BLOCK.findall(page.read_text(encoding="utf-8"))
        for number, (language, text) in enumerate(parts):
            following = parts[number + 1] if number + 1 < len(parts) else ("", "")
            if language in RUN:
                found.append(Block(page.name, number, language, text, following[1] if following[0] in ("csv", "json") else ""))
    return found


def named(language: str) -> list[object]:
    return [pytest.param(block, id=f"{block.page}-{block.number}") for block in blocks() if block.language == language]


def is_shown(shown: object, given: object) -> bool:
    """Whether what a page shows is part of what came."""
    if isinstance(shown, dict):
        return isinstance(given, dict) and all(key in given and is_shown(value, given[key]) for key, value in shown.items())
    if isinstance(shown, list):
        return isinstance(given, list) and all(any(is_shown(item, other) for other in given) for item in shown)
    return shown == given


@pytest.mark.parametrize("block", named("sparql"))
def test_queries_answer(block: Block, tiny: Settings) -> None:
    for query in re.split(r"^(?=# )", block.text, flags=re.MULTILINE):
        if not query.strip():
            continue
        given = answer(snapshot.open_files(tiny.data).graph, tiny, query, format="csv").body.decode().splitlines()
        assert len(given) > 1, query
        assert all(any(cell for cell in row.split(",")) for row in given[1:])
        if block.shown:
            assert given == block.shown.splitlines()


@pytest.mark.parametrize("block", named("sh"))
def test_commands_answer(block: Block, tiny: Settings, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        if program == "make":
            assert re.search(rf"^{arguments[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), line
            continue
        if program == "koopkg":
            done = run_koopkg(*arguments, data=tiny.data)
        else:
            assert program == "curl", line
            done = subprocess.run(shlex.split(line.replace(ADDRESS, server.address)), capture_output=True, text=True, timeout=60, check=False)
            assert "/problem/" not in json.loads(done.stdout).get("type", "") or block.shown, done.stdout
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert len(done.stdout) > 20, line
        assert not done.stdout.startswith("0 hits"), line
        if block.shown:
            assert is_shown(json.loads(block.shown), json.loads(done.stdout)), f"{line}\n{done.stdout}"


@pytest.mark.parametrize("block", named("python"))
def test_programs_print(block: Block, server: Server) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text.replace(ADDRESS, server.address), block.page, "exec"), {})
    assert re.search(r"\d", printed.getvalue()), block.text


def test_the_guide_for_practitioners_describes_the_page_of_hits(server: Server) -> None:
    """Where the filters stand, before the hits in a grid of two columns, and how the score is written."""
    guide = (ROOT / "docs" / "practitioners.md").read_text(encoding="utf-8")
    page = server.request("/suche?q=Bauhof").text
    assert page.index('<div class="columns">') < page.index('<nav class="facets" id="filters"') < page.index("<article>")
    assert "Links neben den Treffern, auf schmalen Bildschirmen darüber zum Aufklappen," in guide
    shown = re.search(r"(Wahrscheinlich vergleichbar: )\d+( %)", page)
    assert shown is not None
    assert re.search(rf"\*\*{shown[1]}\d+{shown[2]}\*\*", guide)


def test_every_guide_has_blocks_that_run() -> None:
    """A fence that is spelled differently would be passed over in silence."""
    languages = {page: {block.language for block in blocks() if block.page == page} for page in ("README.md", "practitioners.md", "researchers.md", "api.md")}
    assert languages == {
        "README.md": {"sh", "sparql"},
        "practitioners.md": {"sh"},
        "researchers.md": {"sh", "sparql", "python"},
        "api.md": {"sh", "python"},
    }


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
