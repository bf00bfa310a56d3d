"""Which reports there are, and in which forms."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The reports of the office."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    SCORECARD = "scorecard"


#: Forms of a report, by the end of their files' names.
FORMATS = ("html", "pdf", "docx", "xlsx")
