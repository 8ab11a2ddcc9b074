"""Details and texts of case records, coded by reading -> further keys of their front matter; see `import_cases.py --join`."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import yaml

__all__ = ["CodedTerms", "Record", "by_id", "joined"]

Record = dict[str, Any]

_RENAMED = {"from": "since", "to": "until"}
_OF_TRIGGERS = ("challenge", "demographic-trend", "trend")
_ALWAYS = ("obstacles", "results", "funding")
"""Lists that every record has, be they empty."""
_NESTED = ("stages", "participants", "agreements", "municipal_roles", "relations")
_PLAIN = ("cost_sharing", "governance", "view", "services", "lessons")


class CodedTerms:
    """Proposed terms of the records -> concepts of the ontology, as `coded-terms.yaml` and `activity-terms.yaml` have them."""

    def __init__(self, folder: Path, schemes: dict[str, set[str]]) -> None:
        """Read the lists.

        Args:
            schemes: Name of a scheme -> its slugs.
        """
        coded = yaml.safe_load((folder / "coded-terms.yaml").read_text(encoding="utf-8"))
        self._proposed, self._texts, self._recoded = coded["terms"], coded["texts"], coded["recoded"]
        self._activities = yaml.safe_load((folder / "activity-terms.yaml").read_text(encoding="utf-8"))["terms"]
        self._schemes = schemes

    def of_item(self, item: Record) -> tuple[str | None, str | None]:
        """Obstacle and challenge of an item of `obstacles` or `failure_reasons`, each None where it is none."""
        found = self._recoded.get(item["text"]) or ({"obstacle": item["obstacle"]} if item.get("obstacle") else None)
        found = found or self._texts.get(item["text"]) or self._proposed.get(item.get("proposed") or "", {})
        return found.get("obstacle"), found.get("challenge")

    def activities(self, names: list[str]) -> list[str]:
        """The concepts behind the activities that a record names, each once."""
        return list(dict.fromkeys(slug for name in names if (slug := self._activities.get(name)) and slug in self._schemes["activity"]))

    def trigger(self, slug: str, evidence: str) -> Record:
        """An entry of `triggers`, under the key of the scheme that its slug is of.

        Raises:
            SystemExit: It is of none.
        """
        for scheme in _OF_TRIGGERS:
            if slug in self._schemes[scheme]:
                return {scheme.replace("-", "_"): slug, "evidence": evidence}
        raise SystemExit(f"{slug!r} is no challenge and no trend")


def by_id(paths: list[Path]) -> dict[str, Record]:
    """The records of some batches."""
    return {record["id"]: record for path in paths for record in yaml.safe_load(path.read_text(encoding="utf-8"))}


def joined(record: Record, details: Record, texts: Record, terms: CodedTerms, report: Counter[str]) -> Record:
    """A record with what its details and texts add; keys that tell nothing are left out."""
    record = dict(record)
    for correction in details.get("corrections") or []:
        record[correction["key"]] = correction["value"]
        report[f"corrected: {correction['key']}"] += 1
    if details.get("factors"):
        record["success_factors"] = details["factors"]
    obstacles, triggers = _obstacles(_by_text(record, details, "obstacles", report), terms, report)
    triggers = [*(terms.trigger(item["challenge"], item["evidence"]) for item in details.get("challenges") or []), *triggers]
    added: Record = {
        "obstacles": obstacles,
        "triggers": triggers,
        "failure_reasons": [_coded_reason(item, terms) for item in details.get("failure_reasons") or []],
        "coordination_unit": details.get("coordination_unit") if (details.get("coordination_unit") or {}).get("name") else None,
        "staff": details.get("staff"),
        "activities": terms.activities(texts.get("activities") or []),
        "summary_en": " ".join(texts["summary_en"].split()) if texts.get("summary_en") else None,
        "search_phrases": (texts.get("search_phrases") or {}).get("de"),
        "search_phrases_en": (texts.get("search_phrases") or {}).get("en"),
    }
    added |= {key: _by_text(record, details, key, report) for key in ("results", "funding")}
    added["costs"] = details.get("costs")
    added |= {key: details.get(key) for key in (*_NESTED, *_PLAIN)}
    only_source = len(record["sources"]) == 1
    for key, value in added.items():
        record[key] = _without_nothing(value, is_sole=only_source and key not in ("search_phrases", "search_phrases_en"))
    record["success_factors"] = _without_nothing(record["success_factors"], is_sole=only_source) or []
    for key in _ALWAYS:
        record[key] = record[key] or []
    return {key: value for key, value in record.items() if value not in (None, []) or key not in added or key in _ALWAYS}


def _by_text(record: Record, details: Record, key: str, report: Counter[str]) -> list[Record]:
    """The entries of a list of a record with what details say of those of the same text; what only the details have was taken out of the record before."""
    known = {item["text"]: item for item in details.get(key) or []}
    items = [item if isinstance(item, dict) else {"text": item} for item in record.get(key) or []]
    report[f"{key}: without details"] += sum(item["text"] not in known and len(item) == 1 for item in items)
    return [known.get(item["text"], item) for item in items]


def _obstacles(items: list[Record], terms: CodedTerms, report: Counter[str]) -> tuple[list[Record], list[Record]]:
    """Hindrances, and occasions that were listed among them."""
    obstacles, triggers = [], []
    for item in items:
        obstacle, challenge = terms.of_item(item)
        report[f"obstacles: {'coded' if obstacle else 'an occasion' if challenge else 'without a concept'}"] += 1
        if challenge:
            triggers.append(terms.trigger(challenge, item["text"]))
        else:
            obstacles.append({"text": item["text"], "obstacle": obstacle, "overcome_by": item.get("overcome_by")})
    return obstacles, triggers


def _coded_reason(item: Record, terms: CodedTerms) -> Record:
    return {"text": item["text"], "obstacle": terms.of_item(item)[0]}


def _without_nothing(value: Any, *, is_sole: bool) -> Any:
    """A value without keys that tell nothing, dates and periods as texts; its statements rest on the only source where there is one alone."""
    if isinstance(value, list):
        return [_without_nothing(item, is_sole=is_sole) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {_RENAMED.get(key, key): _as_text(key, item) for key, item in value.items() if item not in (None, [], "") and key != "proposed"}
    return {**kept, "source": 1} if is_sole else kept


def _as_text(key: str, value: Any) -> Any:
    """Dates and periods are texts, whatever YAML takes them for."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if key in ("from", "to", "date", "period", "unit", "programme", "note") else value
