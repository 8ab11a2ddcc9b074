"""`Accept` header -> the best of the media types on offer."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["best_match"]


def best_match(accept: str, offered: Sequence[str]) -> str | None:
    """The offered type that the client likes best, the first offered among equals; None if it accepts none.

    Source: RFC 9110, section 12.5.1; a missing header accepts everything, the most specific range decides.
    """
    ranges = [_parsed(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return offered[0]
    qualities = [_quality(media_type, ranges) for media_type in offered]
    best = max(qualities)
    return offered[qualities.index(best)] if best > 0 else None


def _parsed(media_range: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in media_range.split(";"))
    quality = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    family = media_type.split("/")[0] + "/*"
    for candidate in (media_type, family, "*/*"):
        for name, quality in ranges:
            if name == candidate:
                return quality
    return 0.0
