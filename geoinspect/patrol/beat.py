"""What is ordered: which streets, how fast, and on one side or both."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from geoinspect.campaigns.outing import Outing
from geoinspect.errors import InputError
from geoinspect.network import SPEEDS_KPH, WAY_CLASSES
from geoinspect.targets import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from geoinspect.arrays import BoolArray, IntArray
    from geoinspect.messages import Language
    from geoinspect.network import RoadNetwork
    from geoinspect.targets import Streets

Move = Literal["foot", "car"]

WIDE = ("primary", "primary_link")
"""Way classes whose two sides are too far apart for one walk; wider ones are not walked."""

MOST_PASSES = 2000
"""More make the matrix of travel times and the search too large for a small computer."""


@dataclass(frozen=True)
class PatrolParams(Outing):
    """
    What whoever orders a patrol decides; days, teams and shifts as in `Outing`.

    Attributes
    ----------
    inspect_kph
        Speed along a street that is inspected, in km/h.
    walk_kph
        Speed on foot from one street to the next.
    move
        How teams get from one street to the next: "foot", or "car" for whichever of the
        two is quicker. A driver brings the car to where the walk ends.
    both_sides
        Whether wide streets are walked once on each side. Where each carriageway is a line
        of its own in the network, both are walked anyway, and once each is enough.
    language
        Language of names.
    """

    inspect_kph: float = field(default=3.0, kw_only=True)
    walk_kph: float = field(default=SPEEDS_KPH["foot"], kw_only=True)
    move: Move = field(default="foot", kw_only=True)
    both_sides: bool = field(default=False, kw_only=True)
    language: Language = field(default="zh", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for speed_kph in (self.inspect_kph, self.walk_kph):
            if not (math.isfinite(speed_kph) and speed_kph > 0):
                raise InputError(
                    "Nobody gets anywhere at {speed_kph} km/h: name a speed above 0.",
                    speed_kph=speed_kph,
                )


@dataclass(frozen=True, eq=False)
class Beat:
    """
    The streets of a patrol.

    Attributes
    ----------
    city_name, timezone
        As in `geoinspect.planning.City`.
    network
        Road network of a car.
    streets
        Segments of it that are to be walked.
    """

    city_name: str
    timezone: ZoneInfo
    network: RoadNetwork
    streets: Streets

    def passes(self, *, both_sides: bool) -> tuple[IntArray, list[str]]:
        """
        List the walks to be made.

        Returns
        -------
        segment, hand
            Number of the segment of each walk, shape (n,), and the side of it to inspect
            as seen from its start: "" for both at once, "left" or "right".
        """
        is_double = self.is_wide & both_sides
        segment = np.repeat(np.arange(len(self.streets)), 1 + is_double)
        is_second = np.diff(segment, prepend=-1) == 0
        hand = np.where(is_double[segment], np.where(is_second, "left", "right"), "")
        return segment, hand.tolist()

    @property
    def is_wide(self) -> BoolArray:
        """Whether a segment is wide and stands for both sides of the street, shape (n,)."""
        is_both = self.network.reverse_edge[self.streets.edge] >= 0
        wide = np.isin(self.streets.way_class, [WAY_CLASSES.index(name) for name in WIDE])
        return np.asarray(is_both & wide)


def chosen_streets(
    network: RoadNetwork,
    streets: Streets,
    *,
    names: Sequence[str] = (),
    category: str = "",
) -> Streets:
    """
    Choose the segments of a patrol.

    Parameters
    ----------
    network
        Road network.
    streets
        Segments of it to choose from; see `geoinspect.targets.street_segments`.
    names
        Names of streets; all if there are none.
    category
        Category of targets whose streets are meant, such as "back_street"; all if empty.

    Raises
    ------
    InputError
        If a name or the category is unknown, or no segment is left.
    """
    if names:
        own = [network.names[index] for index in network.name_index[streets.edge]]
        strange = sorted(set(names) - set(own))
        if strange:
            raise InputError(
                "No street that may be inspected on foot is called {strange} here: motorways and "
                "trunk roads are not walked, and names must be as on the map.",
                strange=", ".join(strange),
            )
        streets = streets[np.isin(own, list(names))]
    if category:
        streets = streets.of_classes(_way_classes(category))
    if len(streets) == 0:
        raise InputError("There is no street to walk: choose other streets or a larger area.")
    return streets


def _way_classes(category: str) -> tuple[str, ...]:
    """Way classes of the streets of a category; its plural will do."""
    name = category if category in RULES else category.removesuffix("s")
    if name not in RULES:
        raise InputError(
            "There are no streets of the category {category}: name one of {known}.",
            category=category,
            known=", ".join(RULES),
        )
    return RULES[name].way_classes
