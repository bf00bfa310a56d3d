"""
Street patrol: chosen streets walked along their whole length, in the fewest team-days.

Like a campaign it is no lottery: whoever orders it chooses the streets, all of them are
walked, and the record proves it metre by metre.
"""

from geoinspect.patrol.beat import Beat, PatrolParams, chosen_streets
from geoinspect.patrol.proof import Walked, walked
from geoinspect.patrol.record import FORMAT, REASONS, patrol_record

__all__ = [
    "FORMAT",
    "REASONS",
    "Beat",
    "PatrolParams",
    "Walked",
    "chosen_streets",
    "patrol_record",
    "walked",
]
