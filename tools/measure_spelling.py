"""How many slips the search puts right, and how many texts without one it changes, over search texts that were written to learn from (none is a topic)."""

from __future__ import annotations

import argparse
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from random import Random

from koopkg.adapting import needs
from koopkg.config import Settings
from koopkg.evaluation.variants import SLIPS, with_slip
from koopkg.search.spelling import corrected
from koopkg.snapshot import OpenSnapshot, open_files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="with a snapshot")
    parser.add_argument("--texts", type=int, default=1500, help="that get slips; all are searched as they are")
    parser.add_argument("--show", action="store_true", help="print what was not put right, and what was changed")
    asked = parser.parse_args()
    opened = OpenSnapshot(open_files(asked.data), Settings.from_environment())
    with as_file(files("koopkg_corpus")) as corpus:
        texts = [need.text for need in needs(corpus / "marks" / "needs.jsonl")]
    changed = [(text, found) for text in texts if (found := corrected(opened, text)[1])]
    outcomes: Counter[tuple[str, bool]] = Counter()
    for text in Random(1).sample(texts, asked.texts):  # noqa: S311 - a draw, no secret
        meant = corrected(opened, text)[0]
        for name in SLIPS:
            slipped = with_slip(text, name, seed=text)
            if slipped != text:
                searched = corrected(opened, slipped)[0]
                outcomes[name, searched.lower() == meant.lower()] += 1
                if asked.show and searched.lower() != meant.lower():
                    print(f"{name}\t{slipped}\t{searched}")
    for name in SLIPS:
        right, wrong = outcomes[name, True], outcomes[name, False]
        print(f"{name}: {right} of {right + wrong} put right, {right / (right + wrong):.1%}")
    print(f"as written: {len(changed)} of {len(texts)} changed, {len(changed) / len(texts):.1%}")
    if asked.show:
        for _, found in changed:
            print(*(f"{one.written} -> {one.searched}" for one in found), sep="; ")


if __name__ == "__main__":
    main()
