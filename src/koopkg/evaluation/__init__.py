"""A snapshot and the test collection of the search -> how good the search is, beside what libraries give as they come, and what that depends on."""

from koopkg.evaluation.calibrating import calibrated
from koopkg.evaluation.intents import learned_intent
from koopkg.evaluation.judges import Agreement, agreement
from koopkg.evaluation.measures import CONDENSED, JUDGED, METRICS, Rank, SystemScores, compare, measured
from koopkg.evaluation.peers import case_texts, peers
from koopkg.evaluation.recognition import ReaderQuery, Recognition, reader_queries, recognised
from koopkg.evaluation.report import Refusals, Report, Twins, measure_search, refusals, twins
from koopkg.evaluation.runs import Run, read_run, write_run
from koopkg.evaluation.systems import FUSION, own_systems
from koopkg.evaluation.topics import EvaluationError, Grades, Selection, Topic, fingerprint, judgments, selected, splits_named, topics

__all__ = [
    "CONDENSED",
    "FUSION",
    "JUDGED",
    "METRICS",
    "Agreement",
    "EvaluationError",
    "Grades",
    "Rank",
    "ReaderQuery",
    "Recognition",
    "Refusals",
    "Report",
    "Run",
    "Selection",
    "SystemScores",
    "Topic",
    "Twins",
    "agreement",
    "calibrated",
    "case_texts",
    "compare",
    "fingerprint",
    "judgments",
    "learned_intent",
    "measure_search",
    "measured",
    "own_systems",
    "peers",
    "read_run",
    "reader_queries",
    "recognised",
    "refusals",
    "selected",
    "splits_named",
    "topics",
    "twins",
    "write_run",
]
