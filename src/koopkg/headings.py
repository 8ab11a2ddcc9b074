"""How people call what the record of a case tells in lines of its own."""

from __future__ import annotations

from koopkg.messages import Message

__all__ = ["RECORD_HEADINGS"]

RECORD_HEADINGS = {
    "results": Message("Results"),
    "obstacles": Message("Obstacles"),
    "failure_reasons": Message("Why it ended"),
    "triggers": Message("What set it off"),
    "stages": Message("Stages"),
    "participants": Message("Who takes part, and how"),
    "agreements": Message("Agreements"),
    "coordination_unit": Message("Who coordinates"),
    "costs": Message("Costs"),
    "funding": Message("Funding"),
    "staff": Message("Staff"),
    "municipal_roles": Message("Role of the municipality"),
    "relations": Message("Related cooperations"),
    "cost_sharing": Message("How costs are shared"),
    "governance": Message("Bodies and votes"),
    "lessons": Message("What those involved advise"),
}
"""Field of a case -> heading of its section, in the order of pages."""
