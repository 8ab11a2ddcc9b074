"""A JSON file with texts, queries and the vectors of both -> a JSON file with what txtai finds; run in an environment with txtai in it.

txtai's own model is fetched from a server when it first runs. This gives it ours instead, by its method `external`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from txtai import Embeddings

__all__: list[str] = []


def main() -> None:
    """Index the texts of a file in hybrid mode, as it comes but for stop words, and answer the queries of the same file."""
    told = json.loads(Path(sys.argv[1]).read_bytes())
    vectors = {item["text"]: item["vector"] for item in told["texts"] + told["queries"]}
    scoring = {"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"stopwords": told["stopwords"]}}
    index = Embeddings(method="external", transform=lambda texts: np.array([vectors[text] for text in texts], dtype=np.float32), hybrid=True, scoring=scoring)
    index.index((item["name"], item["text"], None) for item in told["texts"])
    found = {item["name"]: index.search(item["text"], told["limit"]) for item in told["queries"]}
    Path(sys.argv[2]).write_text(json.dumps({name: [hit[0] for hit in hits] for name, hits in found.items()}), encoding="utf-8")


if __name__ == "__main__":
    main()
