"""Reports of citizens and of the grid: where they are, and which of them are one case."""

from geoinspect.tickets.gazetteer import Gazetteer
from geoinspect.tickets.linking import CaseIndex, Link, LinkParams, Report, reason_in_words
from geoinspect.tickets.locating import ATTACHED, Clue, Location, evidence_in_words, locate
from geoinspect.tickets.matters import same_matter, topics_of
from geoinspect.tickets.registering import locate_tickets

__all__ = [
    "ATTACHED",
    "CaseIndex",
    "Clue",
    "Gazetteer",
    "Link",
    "LinkParams",
    "Location",
    "Report",
    "evidence_in_words",
    "locate",
    "locate_tickets",
    "reason_in_words",
    "same_matter",
    "topics_of",
]
