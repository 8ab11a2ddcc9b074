"""What the operating system refuses and what cannot be set is one line with cause and remedy, exit code 2, and nothing is lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from koopkg import snapshot
from koopkg.config import Settings
from koopkg.errors import ConfigurationError
from tests.conftest import TINY, run_koopkg


def assert_one_line(done: subprocess.CompletedProcess[str], *expected: str) -> None:
    assert (done.returncode, done.stderr.strip().count("\n")) == (2, 0), done.stderr
    assert done.stderr.startswith("koopkg: ")
    for words in expected:
        assert words in done.stderr


def shell(command: str, *arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line of bash in which "$@" stands for the command `koopkg`."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command, "bash", sys.executable, "-m", "koopkg.cli", *arguments],
        env={**os.environ, "KOOPKG_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments", [("search", "Bauhof"), ("search", "Bauhof", "--json"), ("export",), ("snapshots", "list"), ("sparql", "ASK {}"), ("--help",)], ids=" ".join
)
def test_full_disk_behind_the_output(arguments: tuple[str, ...], tiny: Settings) -> None:
    assert_one_line(shell('"$@" > /dev/full', *arguments, data=tiny.data), "No space left on device; free some space")


@pytest.mark.parametrize("arguments", [("export",), ("search", "Bauhof", "--json")], ids=" ".join)
def test_reader_that_has_seen_enough(arguments: tuple[str, ...], tiny: Settings) -> None:
    done = shell('"$@" | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}', *arguments, data=tiny.data)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no/such/folder/x.nq", "No such file or directory; make the folder first"),
        (".", "Is a directory; choose a file"),
        ("/dev/full", "No space left on device"),
    ],
)
def test_export_to_where_it_cannot_go(target: str, message: str, tiny: Settings) -> None:
    assert_one_line(run_koopkg("export", "--output", target, data=tiny.data), message)


def test_an_export_is_written_whole_or_not_at_all(tiny: Settings, tmp_path: Path) -> None:
    """The limit of the shell on the size of files stands for a full disk."""
    (tmp_path / "x.nq").write_text("as it was", encoding="utf-8")
    done = shell('ulimit -f 8; trap "" XFSZ; "$@"', "export", "--output", str(tmp_path / "x.nq"), data=tiny.data)
    assert_one_line(done, "File too large")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["as it was"]
    assert run_koopkg("export", "--output", str(tmp_path / "x.nq"), data=tiny.data).returncode == 0
    assert (tmp_path / "x.nq").stat().st_size > 1_000_000


def test_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x", encoding="utf-8")
    assert_one_line(run_koopkg("ingest", str(TINY), data=tmp_path / "data"), "choose a folder; what is named here is a file")
    assert_one_line(run_koopkg("search", "Bauhof", data=tmp_path / "data"), "no snapshot has been published")


def test_full_disk_leaves_the_old_snapshot_whole(tiny: Settings, tmp_path: Path) -> None:
    """A real small file system, in a name space of mounts that goes with the process; room for what is there and a little more."""
    mounted = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run([*mounted, "mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("mounts are not allowed here")
    used = int(subprocess.run(["du", "-sk", str(tiny.data)], capture_output=True, text=True, check=True).stdout.split()[0])
    script = 'mount -t tmpfs -o size="$1"k tmpfs "$2" && cp -r "$3"/. "$2" && shift 3 && "$@"; code=$?; "$1" -m koopkg.cli doctor >/dev/null && exit $code'
    command = [sys.executable, "-m", "koopkg.cli", "ingest", "--rebuild", str(TINY / "standesamt-lossetal.md")]
    for room in (100, 1_000, 4_000):
        done = subprocess.run(
            [*mounted, "bash", "-c", script, "bash", str(used + room), str(disk), str(tiny.data), *command],
            env={**os.environ, "KOOPKG_DATA": str(disk)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert "free some space and run the command again; what was published is as it was" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PORT", "99999", "is too large; expected at most 65,535"),
        ("PORT", "0", "is not above zero"),
        ("PORT", "8.5", "is no whole number"),
        ("PORT", "８０", "is no number"),
        ("SPARQL_TIMEOUT_SECONDS", "nan", "is no number"),
        ("SPARQL_TIMEOUT_SECONDS", "inf", "is no number"),
        ("SPARQL_TIMEOUT_SECONDS", "1e999", "is no number"),
        ("SPARQL_TIMEOUT_SECONDS", "-1", "is not above zero"),
        ("KEEP_SNAPSHOTS", "9" * 5000, "is no number"),
        ("BASE_URL", "example.org", "is no address of a site"),
        ("BASE_URL", "javascript:alert(1)", "is no address"),
        ("BASE_URL", "https://x.de/?a", "is no address"),
        ("SPARQL_ISOLATION", "no", "is unknown; expected one of required, off"),
    ],
)
def test_setting_that_cannot_be_used_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"KOOPKG_{variable}: .*{message}"):
        Settings.from_environment({f"KOOPKG_{variable}": value})


def test_settings_within_their_limits(caplog: pytest.LogCaptureFixture) -> None:
    """An empty value is none, brackets around an IPv6 address and a final slash are left out, of a misspelt variable the log warns."""
    given = {
        "KOOPKG_HOST": "[::1]",
        "KOOPKG_PORT": "",
        "KOOPKG_BASE_URL": "https://example.org/daten/",
        "KOOPKG_SPARQL_TIMEOUT_SECONDS": "2.5",
        "KOOPKG_PROT": "1",
    }
    settings = Settings.from_environment(given)
    assert (settings.host, settings.port, settings.base_url, settings.sparql_timeout_seconds) == ("::1", 8000, "https://example.org/daten", 2.5)
    assert "KOOPKG_PROT: is no setting and does nothing; nearest: KOOPKG_PORT" in caplog.text


def test_every_number_has_a_limit() -> None:
    for setting in fields(Settings):
        if isinstance(setting.default, int | float):
            assert setting.default <= setting.metadata["most"]


@pytest.mark.parametrize("command", ["ingest", "search", "similar", "link", "sparql", "validate", "export", "serve", "doctor"])
def test_every_command_names_an_unusable_setting(command: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    arguments = {"search": ["x"], "similar": ["x"], "link": [str(tmp_path / "x.txt")], "sparql": ["ASK {}"], "validate": [str(TINY / "standesamt-lossetal.md")]}
    done = run_koopkg(command, *arguments.get(command, []), data=tmp_path / "data", KOOPKG_SPARQL_TIMEOUT_SECONDS="nan")
    assert_one_line(done, "KOOPKG_SPARQL_TIMEOUT_SECONDS: 'nan' is no number; expected one like 10.0")


def test_address_that_cannot_be_bound(tiny: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_one_line(run_koopkg("serve", "--port", port, data=tiny.data), f"127.0.0.1, port {port}: Address already in use; choose another --port")
    assert_one_line(run_koopkg("serve", "--port", "99999", data=tiny.data), "--port: 99999 is no port; expected 1 to 65,535")
    assert_one_line(run_koopkg("serve", "--host", "192.0.2.1", data=tiny.data), "Cannot assign requested address; choose another --host")
    assert_one_line(run_koopkg("serve", "--host", "no host", data=tiny.data), "choose another --host, a name or address of this machine")


@pytest.mark.skipif(not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists(), reason="no IPv6 here")
def test_address_of_the_server_can_be_clicked(tiny: Settings) -> None:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 address here")
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "koopkg.cli", "serve", "--host", "::1", "--port", str(port)],
        env={**os.environ, "KOOPKG_DATA": str(tiny.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"koopkg: http://[::1]:{port} (end with Ctrl-C)\n"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("argument", ["Bauhof \udcff", "\udc80"])
def test_bytes_that_are_no_text_on_the_command_line(argument: str, tiny: Settings) -> None:
    """As a search text, a filter, a query, a name of a file or of a case."""
    for arguments in (
        ["search", argument],
        ["search", "Bauhof", "--state", argument],
        ["sparql", f"ASK {{ ?s ?p '{argument}' }}"],
        ["link", argument],
        ["similar", argument],
    ):
        assert_one_line(run_koopkg(*arguments, data=tiny.data))


def test_terminal_without_german_quotation_marks(tiny: Settings) -> None:
    done = run_koopkg("search", "Standesamt", data=tiny.data, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


def test_old_snapshot_is_whole_after_all_that(tiny: Settings) -> None:
    assert snapshot.check(snapshot.open_files(tiny.data)) == []
