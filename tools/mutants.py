"""Faults of tests/mutants.yaml -> how many of them the tests see: each is planted in a copy of the tree, and the tests named for it have to fail."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue

from pydantic import ConfigDict, TypeAdapter, with_config
from yaml import safe_load

__all__ = ["MUTANTS", "PACKAGES", "ROOT", "Mutant", "faults_of", "main", "read_mutants"]

ROOT = Path(__file__).parent.parent
MUTANTS = ROOT / "tests" / "mutants.yaml"
PACKAGES = {"koopkg": "src/koopkg", "koopkg_api": "api/koopkg_api", "koopkg_ontology": "ontology", "koopkg_corpus": "corpus"}
"""Name of a package -> where it lies in the tree."""
_COPIED = ("src", "api", "ontology", "corpus", "tests", "tools", "bench", "docs")
"""Folders that tests read; of the files beside them all are copied."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info")
_KNOWN_VECTORS = Path(".pytest_cache") / "d" / "koopkg-reference"
"""Vectors that tests keep between runs; without them each run would take a quarter of a minute longer."""
_SECONDS = 300
"""More than the slowest tests named take, and little enough for a fault that makes something wait for ever."""
_LEAST_CAUGHT = 0.85


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: what stands once in a file, what stands there instead, which tests should see it, and the promise that it breaks."""

    id: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]
    why: str


def read_mutants(path: Path = MUTANTS) -> list[Mutant]:
    """The faults in their order."""
    return TypeAdapter(list[Mutant]).validate_python(safe_load(path.read_text(encoding="utf-8")))


def faults_of(mutant: Mutant, root: Path = ROOT) -> list[str]:
    """What keeps a fault from being planted; empty where nothing does."""
    path, missing = root / mutant.file, [test for test in mutant.tests if not (root / test.partition("::")[0]).is_file()]
    times = path.read_text(encoding="utf-8").count(mutant.find) if path.is_file() else 0
    found = [f"{mutant.id}: there is no {test}" for test in missing]
    found += [] if times == 1 else [f"{mutant.id}: what is to be found stands {times} times in {mutant.file}; expected once"]
    found += [] if mutant.find != mutant.replace else [f"{mutant.id}: changes nothing"]
    return found


class _Copy:
    """A copy of the tree whose packages are imported instead of the installed ones, in child processes too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        for path in (path for path in ROOT.iterdir() if path.is_file()):
            shutil.copy(path, folder)
        for name in [*_COPIED, *([str(_KNOWN_VECTORS)] if (ROOT / _KNOWN_VECTORS).is_dir() else [])]:
            shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
        self._folder, self._packages = folder, folder / ".packages"
        self._packages.mkdir()
        for name, place in PACKAGES.items():
            (self._packages / name).symlink_to(folder / place)

    def imports_itself(self) -> bool:
        """Whether a child process gets each package from the copy."""
        asked = f"import importlib; print(*(importlib.import_module(name).__file__ for name in {list(PACKAGES)}))"
        done = subprocess.run(  # noqa: S603 -- our own packages
            [sys.executable, "-c", asked], cwd=self._folder, env=self._environment, capture_output=True, text=True, check=True, timeout=60
        )
        return all(path.startswith(str(self._packages)) for path in done.stdout.split())

    def passes(self, tests: Sequence[str], *, seconds: float, is_shown: bool = False) -> bool:
        """Whether tests pass; those that take too long do not."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=line", *tests]
        output = None if is_shown else subprocess.DEVNULL
        started = subprocess.Popen(  # noqa: S603 -- our own tests
            command, cwd=self._folder, env=self._environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            return started.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)  # with the servers that tests have started
            started.wait()

    def catches(self, mutant: Mutant) -> bool:
        """Whether the tests of a fault fail while it is planted."""
        source = (self._folder / mutant.file).read_text(encoding="utf-8")
        self._write(mutant.file, source.replace(mutant.find, mutant.replace))
        try:
            return not self.passes(mutant.tests, seconds=_SECONDS)
        finally:
            self._write(mutant.file, source)

    def _write(self, file: str, source: str) -> None:
        (self._folder / file).write_text(source, encoding="utf-8")
        for name, place in PACKAGES.items():  # Python tells sources apart by size and second, which two faults in a row may share
            if file.startswith(f"{place}/"):
                Path(cache_from_source(str(self._packages / name / file.removeprefix(f"{place}/")))).unlink(missing_ok=True)

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KOOPKG_", "PYTEST_"))}
        return {**kept, "PYTHONPATH": str(self._packages)}


def main() -> None:
    """Run the mutants; exit code 1 where too few are caught, 2 where they cannot be run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # so that copies and running tests go too
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time, each in a copy of its own")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these mutants alone")
    options = parser.parse_args()
    mutants = [mutant for mutant in read_mutants() if not options.only or mutant.id in options.only]
    unknown = set(options.only or ()) - {mutant.id for mutant in mutants}
    faults = [fault for mutant in mutants for fault in faults_of(mutant)] + [f"{name}: there is no such mutant" for name in sorted(unknown)]
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        sys.exit(2)
    with tempfile.TemporaryDirectory(prefix="koopkg-mutants-") as folder:
        copies = [_Copy(Path(folder, str(number))) for number in range(options.jobs)]
        _require_sound(copies[0], mutants)
        survivors = _survivors(mutants, copies)
    caught = len(mutants) - len(survivors)
    print(f"{caught} of {len(mutants)} caught ({caught / len(mutants):.0%}); at least {_LEAST_CAUGHT:.0%} expected")
    print(*(f"survived: {mutant.id}: {mutant.why}" for mutant in survivors), sep="\n")
    sys.exit(caught < _LEAST_CAUGHT * len(mutants))


def _require_sound(copy: _Copy, mutants: Sequence[Mutant]) -> None:
    """End here where the copy is not what is tested, or where tests fail by themselves: they would catch everything."""
    if not copy.imports_itself():
        sys.exit("the copy does not import itself, so that nothing planted in it would be tested")
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    files = {test for test in tests if "::" not in test}
    once = [test for test in tests if test in files or test.partition("::")[0] not in files]
    if not copy.passes(once, seconds=_SECONDS * max(len(once), 4), is_shown=True):
        sys.exit("the tests fail without any fault; mend them first")


def _survivors(mutants: Sequence[Mutant], copies: Sequence[_Copy]) -> list[Mutant]:
    """The faults that no test sees, in their order; tells of each as soon as it is known."""
    idle: SimpleQueue[_Copy] = SimpleQueue()
    for copy in copies:
        idle.put(copy)

    def is_caught(mutant: Mutant) -> bool:
        copy, started = idle.get(), time.monotonic()
        try:
            caught = copy.catches(mutant)
        finally:
            idle.put(copy)
        print(f"{'caught  ' if caught else 'SURVIVED'} {time.monotonic() - started:5.0f} s  {mutant.id}", flush=True)
        return caught

    with ThreadPoolExecutor(len(copies)) as threads:
        results = list(threads.map(is_caught, mutants))
    return [mutant for mutant, caught in zip(mutants, results, strict=True) if not caught]


if __name__ == "__main__":
    main()
