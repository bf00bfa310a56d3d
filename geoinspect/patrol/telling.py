"""What a team is told about a walk."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from geoinspect.messages import translator
from geoinspect.targets.landmarks import Landmarks
from geoinspect.targets.walks import walk
from geoinspect.targets.wording import Task, street_name, walk_a_street

if TYPE_CHECKING:
    from geoinspect.messages import Language
    from geoinspect.patrol.beat import Beat
    from geoinspect.targets.walks import Walk

_OTHER = {"left": "right", "right": "left"}


class Teller:
    """
    Names and instructions in one language.

    Parameters
    ----------
    beat
        The streets.
    language
        "zh" or "en".
    """

    def __init__(self, beat: Beat, language: Language) -> None:
        self._beat = beat
        self._translate = translator(language)
        self._landmarks = Landmarks(beat.network)
        self._walk = cache(self._described)

    @property
    def category(self) -> str:
        """What stands for the category of a point."""
        return self._translate("street patrol")

    def name(self, segment: int) -> str:
        """Name a street in a few words."""
        return street_name(self._task(self._walk(segment, False)), self._translate)

    def instruction(self, segment: int, side: str, *, is_backward: bool) -> str:
        """
        Tell somebody how to walk.

        Parameters
        ----------
        segment
            Number of the segment.
        side
            Side of its line to inspect, "" for both.
        is_backward
            Whether it is walked against its line.
        """
        described = self._walk(segment, is_backward)
        told = walk_a_street(self._task(described), self._translate)
        if not side:
            return told
        hand = _OTHER[side] if is_backward else side
        sentence = self._translate("This time inspect the side on the {hand} ({side}).")
        return f"{told} " + sentence.format(
            hand=self._translate(hand), side=self._translate(described.side(hand))
        )

    def _described(self, segment: int, is_backward: bool) -> Walk:
        """Describe a walk in its direction."""
        streets = self._beat.streets
        ends = float(streets.start[segment]), float(streets.end[segment])
        begin, end = ends[::-1] if is_backward else ends
        return walk(self._beat.network, self._landmarks, int(streets.edge[segment]), begin, end)

    @staticmethod
    def _task(described: Walk) -> Task:
        return Task(described, place="", hand="left", door=1, hour=0)
