"""Turn batches of case records (YAML lists) into corpus files, one Markdown file a case.

    python -m tools.import_cases BATCH.yaml... [--details FILE... --texts FILE... --join]

Official keys come from `corpus/register/`, as `member_keys.py` finds them. A corpus file that is there already
is left alone, because after its import it is edited by hand; `--overwrite` makes it anew, `--join` adds what details and texts say to its front matter
and leaves its prose. The rules of `corpus/README.md` are applied to every record, single corrections come from `corrections.yaml` beside this file.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from koopkg.model import CASE_FIELDS
from koopkg.ontology import Ontology
from koopkg.register import Register
from tools.case_details import CodedTerms, Record, by_id, joined
from tools.member_keys import Members

TOOLS = Path(__file__).parent
FRONT_MATTER = (
    "id title title_en country state places partner_count population area_type started ended status sectors service legal_form "
    "legal_form_evidence cooperation_type initiative orientation approach actors phase coordination success_factors obstacles results funding "
    "sources"
).split()
"""Keys that every record has."""
FURTHER = (
    "activities coordination_unit triggers failure_reasons costs cost_sharing staff governance stages participants agreements services municipal_roles "
    "view relations lessons summary_en search_phrases search_phrases_en checked_on"
).split()
"""Keys that only those records have that can fill them."""
ORDER = [field.name for field in CASE_FIELDS]

# The value is kept only where the text itself says so; otherwise it was a classification by the person who wrote the record.
AREA_CUES = {
    "laendlich": r"ländlich|\bDorf|Dörf|dörf|Landgemeind|Ortsgemeind|dünn besiedelt|auf dem Land\b|strukturschwach|abgelegen|kleine[nr]? "
    r"(?:\w+ )?(?:Gemeind|Ort|Kommun|Landst)|Kleinstadt|Kleinstädt|einwohnerschwach|Land-?wirtschaft|Bauern|Weiler",
    "stadt-umland": r"Umland|Vorort|Nachbar|Metropol|Ballungs|Kernstadt|Speckgürtel|Großstadt|Stadtregion|angrenzend|Region(?:al)?|vor den Toren",
    "staedtisch": r"Großstadt|Großstädt|kreisfreie|Landeshauptstadt|Stadtteil|Innenstadt|Quartier|Städte|Metropol|Hauptstadt|Stadt",
    "verstaedtert": r"Städte|städtisch|verdichtet|Ballungs|Stadt",
    "grenzraum": r"[Gg]renz",
}
BOTTOM_UP_CUES = (
    r"[Ii]nitiativ|Initiator|Bürgerinnen|Bürgern?\b|Bürgerschaft|Einwohner|Ehrenamt|ehrenamtlich|gründeten|gründete\b|schlossen sich|schloss sich|taten sich|"
    r"Anstoß|angestoßen|stießen|Anregung|regten|regte\b|aus eigenem|freiwillig|baten|bat\b|wandte|vereinbarten|ergriff|Idee|suchten|suchte\b|Bewohner|"
    r"schlug(?:en)? vor|entschieden sich|entschlossen sich"
)


def correct(record: Record, corrections: dict[str, Record], report: Counter[str]) -> Record:
    """Apply the rules of the corpus and the record's own corrections."""
    record = {key: record.get(key) for key in (*FRONT_MATTER, "summary")} | {key: record[key] for key in FURTHER if record.get(key)}
    record["summary"] = " ".join(str(record["summary"]).split())
    own = corrections.get(record["id"], {})
    for old, new in own.get("replace", []):
        if old not in record["summary"]:
            raise SystemExit(f"{record['id']}: corrections.yaml: no passage {old!r} in the summary")
        record["summary"] = record["summary"].replace(old, new)
    if "append" in own:
        record["summary"] += " " + own["append"]
    record["places"] = [place for place in record["places"] if place["name"] not in own.get("drop_places", [])]
    record["results"] = [result for result in record["results"] if result["text"] not in own.get("drop_results", [])]
    for source in record["sources"]:
        if any(part in (source["url"] or "") for part in own.get("hide_urls", [])):
            source["url"] = None
            report["addresses of sources left out"] += 1
    record.update(own.get("set", {}))
    return apply_rules(record, report)


def apply_rules(record: Record, report: Counter[str]) -> Record:
    text = record["title"] + " " + record["summary"] + " " + " ".join(factor["evidence"] for factor in record["success_factors"])
    if record["status"] in ("beendet", "gescheitert") and record["phase"] != "beendigung":
        record["phase"] = "beendigung"
        report["phase set to beendigung"] += 1
    if record["status"] == "geplant" and record["started"] is not None:
        record["started"] = None
        report["start of a planned case removed"] += 1
    if record["area_type"] and not re.search(AREA_CUES[record["area_type"]], text):
        record["area_type"] = None
        report["area_type without a cue in the text removed"] += 1
    if record["initiative"] == "bottom-up" and not re.search(BOTTOM_UP_CUES, text):
        record["initiative"] = None
        report["initiative bottom-up without a cue in the text removed"] += 1
    return record


def body(record: Record) -> str:
    """The German prose of a case; a section without facts is left out."""
    sections = [
        ("Ausgangslage und Zusammenarbeit", record["summary"]),
        ("Organisation", organisation(record)),
        *restated(record).items(),
        ("Quellen", bullets([citation(source) for source in record["sources"]])),
    ]
    return f"# {record['title']}\n" + "".join(f"\n## {heading}\n\n{text}\n" for heading, text in sections if text)


def restated(record: Record) -> dict[str, str]:
    """The sections that repeat what the lists of the record say, so that its text can be searched and linked."""
    return {
        "Anlass": bullets([trigger["evidence"] for trigger in record.get("triggers", []) if trigger.get("evidence")]),
        "Ergebnisse": bullets(texts_of(record["results"])),
        "Erfolgsfaktoren": bullets([factor["evidence"] for factor in record["success_factors"]]),
        "Hürden": bullets(texts_of(record["obstacles"])),
        "Gründe des Endes": bullets(texts_of(record.get("failure_reasons", []))),
    }


def organisation(record: Record) -> str:
    names = [place["name"] for place in record["places"]]
    sentences = [
        f"Beteiligt {'ist' if len(names) == 1 else 'sind'} {listing(names)}." if names else "",
        f"Zur Rechtsform: {sentence(record['legal_form_evidence'])}" if record["legal_form_evidence"] else "",
        f"Leitung: {sentence(record['coordination'])}" if record["coordination"] else "",
        f"Mittel: {sentence('; '.join(texts_of(record['funding'])))}" if record["funding"] else "",
    ]
    return " ".join(filter(None, sentences))


def texts_of(items: list[Any]) -> list[str]:
    """What the entries of a list say, be they records or plain texts."""
    return [item["text"] if isinstance(item, dict) else item for item in items]


def listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " und " + names[-1]


def sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else text + "."


def bullets(items: list[str]) -> str:
    return "\n".join(f"- {' '.join(item.split())}" for item in items)


def citation(source: Record) -> str:
    title = source["title"].replace("[", "(").replace("]", ")")
    linked = f"[{title}](<{source['url']}>)" if source["url"] else title
    return ", ".join(filter(None, [linked, source["publisher"], str(source["year"] or "")]))


class _Dumper(yaml.SafeDumper):
    """Writes texts of digits in quotes, so that no reader of YAML takes an official key for a number."""


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if text.replace("-", "").isdigit() else None)


_Dumper.add_representer(str, _written)


def front_matter(record: Record) -> str:
    kept = {key: record[key] for key in ORDER if key in record}
    return yaml.dump(kept, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def corpus_file(record: Record) -> str:
    return f"---\n{front_matter(record)}---\n\n{body(record)}"


def with_details(text: str, details: dict[str, Record], texts: dict[str, Record], terms: CodedTerms, report: Counter[str]) -> str:
    """A corpus file with what details and texts add to its front matter; its prose stays."""
    _, front, prose = text.split("---\n", 2)
    record = yaml.safe_load(front)
    name = record["id"]
    record = joined(record, details.get(name, {}), texts.get(name, {}), terms, report)
    return f"---\n{front_matter(record)}---\n{_with_restated(prose, record)}"


def _with_restated(prose: str, record: Record) -> str:
    """The prose with the sections that repeat lists made anew."""
    title, *sections = prose.rstrip("\n").split("\n\n## ")
    texts = dict(section.split("\n\n", 1) for section in sections)
    again = restated(record)
    names = [name for name in texts if name not in again and name != "Quellen"] + [*again, "Quellen"]
    told = {**texts, **again}
    return f"{title}\n" + "".join(f"\n## {name}\n\n{told[name]}\n" for name in names if told.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("batches", nargs="+", type=Path, metavar="BATCH.yaml")
    parser.add_argument("--out", type=Path, default=TOOLS.parent / "corpus" / "cases")
    parser.add_argument("--overwrite", action="store_true", help="make files anew that are there already")
    parser.add_argument("--details", nargs="*", type=Path, default=[], metavar="FILE.yaml", help="details of the records, coded by reading")
    parser.add_argument("--texts", nargs="*", type=Path, default=[], metavar="FILE.yaml", help="summaries, search phrases and activities of the records")
    parser.add_argument("--join", action="store_true", help="add details and texts to files that are there already")
    arguments = parser.parse_args()
    details, texts = by_id(arguments.details), by_id(arguments.texts)
    terms = CodedTerms(TOOLS, {scheme: {concept.slug for concept in concepts} for scheme, concepts in Ontology.bundled().schemes.items()})

    corrections = yaml.safe_load((TOOLS / "corrections.yaml").read_text(encoding="utf-8"))
    members = Members(Register.bundled())
    report: Counter[str] = Counter()
    for batch in arguments.batches:
        for raw in yaml.safe_load(batch.read_text(encoding="utf-8")):
            target = arguments.out / f"{raw['id']}.md"
            if target.exists() and arguments.join:
                target.write_text(with_details(target.read_text(encoding="utf-8"), details, texts, terms, report), encoding="utf-8")
                report["files with details joined"] += 1
                continue
            if target.exists() and not arguments.overwrite:
                report["files left as they are"] += 1
                continue
            own = details.get(raw["id"]) or {key: raw[key] for key in ("factors", "challenges", *FURTHER) if raw.get(key)}
            record = correct(joined(raw, own, texts.get(raw["id"], {}), terms, report), corrections, report)
            members.fill(record, report)
            target.write_text(corpus_file(record), encoding="utf-8")
            report["files written"] += 1
    for line, count in sorted(report.items()):
        print(f"{count:6} {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
