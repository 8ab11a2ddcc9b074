"""openapi.json against the running server: schemathesis sends what it allows and what it forbids, and looks at every answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from koopkg.config import Settings
from koopkg_api.app import create_app
from tests.conftest import DATA, Server, running_server

CHECK = "import schemathesis.cli; schemathesis.cli.schemathesis()"


def test_schemathesis_finds_nothing(server: Server, tmp_path: Path) -> None:
    """The same requests every time, all of its checks that need no links between operations."""
    found = subprocess.run(
        [
            *(sys.executable, "-c", CHECK, "--config-file", str(DATA / "schemathesis.toml"), "run", f"{server.address}/openapi.json", "--no-color"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--continue-on-failure"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-8_000:] + found.stderr[-2_000:]
    assert "Coverage" in found.stdout


def test_every_status_of_an_operation_is_described() -> None:
    """Those that follow from its kind; what is sent beyond them, schemathesis finds."""
    paths = create_app(Settings()).openapi()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            expected = {"200", "400", "500"}
            expected |= {"422", "503"} if path.startswith("/api/") else set()
            expected |= {"304"} if path.startswith("/api/") and method == "get" else set()
            expected |= {"404"} if "{" in path else set()
            expected |= {"408", "413", "415"} if method == "post" else set()
            assert expected <= set(operation["responses"]), path
            errors = [response["content"] for status, response in operation["responses"].items() if status >= "400"]
            assert all(list(content) == ["application/problem+json"] for content in errors), path
    assert {"503"} <= set(paths["/readyz"]["get"]["responses"])


def test_limits_are_those_of_settings_and_snapshot(tiny: Settings) -> None:
    with running_server(tiny.data, KOOPKG_MAX_QUERY_CHARACTERS="20") as started:
        described = started.request("/openapi.json").json()
        by_get = {parameter["name"]: parameter["schema"] for parameter in described["paths"]["/api/v1/search"]["get"]["parameters"]}
        for inputs in (by_get, described["components"]["schemas"]["SearchRequest"]["properties"]):
            assert (inputs["q"]["minLength"], inputs["q"]["maxLength"]) == (1, 20)
            assert (inputs["limit"]["minimum"], inputs["limit"]["maximum"]) == (1, 100)
            assert (inputs["offset"]["minimum"], inputs["offset"]["maximum"]) == (0, 8)
            assert inputs["lang"]["enum"] == ["de", "en"]
            assert {"", "Hessen", "Bern"} <= set(inputs["state"]["items"]["enum"])
            assert {"DE", "AT", "CH"} <= set(inputs["country"]["items"]["enum"])
            for facet in ("sector", "legal_form", "state", "status", "country"):
                for value in values_of(inputs[facet]):
                    assert started.request(f"/api/v1/cases?{facet}={value}").status == 200
        assert started.request("/api/v1/search?q=" + "x" * 20).status == 200
        assert started.request("/api/v1/search?q=" + "x" * 21).status == 400
        assert started.request("/api/v1/cases?offset=8").status == 200
        assert started.request("/api/v1/cases?offset=9").status == 400


def values_of(schema: dict[str, Any]) -> list[str]:
    """The first and the last of the values that a filter takes, as they stand in an address."""
    return [quote(schema["items"]["enum"][number]) for number in (0, 1, -1)]
