"""Generate the targets of a day: places to inspect that nobody listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geoinspect.errors import InputError
from geoinspect.geometry import WGS84
from geoinspect.lottery.randomness import derive_key
from geoinspect.messages import translator
from geoinspect.targets.landmarks import Landmarks
from geoinspect.targets.rules import RULES
from geoinspect.targets.sampling import CAP, chances, draw_systematic, hash_fractions, most_draws
from geoinspect.targets.streets import street_segments
from geoinspect.targets.walks import positions, walk
from geoinspect.targets.wording import Task, street_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.messages import Language
    from geoinspect.network import RoadNetwork
    from geoinspect.targets.rules import Rule
    from geoinspect.targets.streets import Streets
    from geoinspect.targets.walks import Walk

PROVENANCE = "generated"

_DIGITS = 7

_COLUMNS = (
    *("point_id", "name", "category", "category_id", "lon", "lat", "inclusion_probability"),
    *("hour", "segment_id", "instruction_zh", "instruction_en"),
)


@dataclass(frozen=True, eq=False)
class TargetGround:
    """
    Where targets can lie.

    Attributes
    ----------
    network
        Road network.
    streets
        Its segments within the districts.
    landmarks
        What places on it are told by.
    """

    network: RoadNetwork
    streets: Streets
    landmarks: Landmarks

    @classmethod
    def of(cls, network: RoadNetwork, districts: gpd.GeoDataFrame | None = None) -> TargetGround:
        """
        Prepare a city; once for many days.

        Parameters
        ----------
        network
            Road network.
        districts
            Polygons in WGS-84; no target lies outside. None for the whole network.
        """
        return cls(network, street_segments(network, districts), Landmarks(network))


@dataclass(frozen=True)
class TargetParams:
    """
    What a supervisor decides about the targets of a day.

    Attributes
    ----------
    numbers
        How many targets of each category, by category id.
    hours
        Hours of the day at which buses and taxis are inspected, one drawn for each; None
        for whenever the team comes.
    cap
        Largest chance of a street or place.
    language
        Language of the names of targets.
    """

    numbers: Mapping[str, int]
    hours: Sequence[int] | None = tuple(range(9, 15))
    cap: float = CAP
    language: Language = "zh"

    def __post_init__(self) -> None:
        for category in self.numbers:
            if category not in RULES:
                raise InputError(
                    "There is no rule to find {category}: choose from {known}.",
                    category=category,
                    known=", ".join(RULES),
                )
        if self.hours is not None and not (
            self.hours and all(0 <= hour <= 23 for hour in self.hours)
        ):
            raise InputError(
                "The hours {hours} are not hours of a day: name some from 0 to 23.",
                hours=list(self.hours),
            )


def generate_targets(
    ground: TargetGround,
    params: TargetParams,
    *,
    secret: str,
    day: date,
    places: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> gpd.GeoDataFrame:
    """
    Draw the targets of a day.

    A fixed number of street segments of each category is drawn with probability
    proportional to length, or of given places with equal probability: a pure function
    of its arguments, and nobody without the secret can foresee it.

    Parameters
    ----------
    ground
        Streets of the city.
    params
        How many of which category.
    secret
        Secret that decides what chance decides here.
    day
        The day.
    places
        Known bus stops, taxi ranks, shops and internet cafés by category id, as inspection
        points; drawn from instead of streets.

    Returns
    -------
    targets
        Inspection points, indexed by point id, and besides `category_id`, `provenance`
        ("generated"), `inclusion_probability`, `hour` (<NA> at any time), `segment_id` ("" at
        a given place), `instruction_zh`, `instruction_en`. The probability is that of what
        is inspected: a segment; one side of it for shops; a segment or place in one hour for
        buses and taxis. A given place keeps its own name and geometry.

    Raises
    ------
    InputError
        If there are fewer streets or places than targets.
    """
    rows = []
    for category, n in sorted(params.numbers.items()):
        key = derive_key("geoinspect targets", secret, day.isoformat(), category)
        given = (places or {}).get(category)
        if given is None or len(given) == 0:
            drawn = _on_streets(ground, params, category, n, key)
        else:
            drawn = _at_places(given, params, category, n, key)
        name = f"G{day:%Y%m%d}-{category}"
        rows += [
            _row(each, category, params.language) | {"point_id": f"{name}-{k:02d}"}
            for k, each in enumerate(drawn, start=1)
        ]
    return _table(rows)


@dataclass(frozen=True)
class _Drawn:
    """One target as it was drawn."""

    task: Task
    lon: float
    lat: float
    inclusion_probability: float
    segment_id: str


def _on_streets(
    ground: TargetGround, params: TargetParams, category: str, n: int, key: bytes
) -> list[_Drawn]:
    """Draw street segments, and places and hands on them."""
    rule = RULES[category]
    streets = ground.streets.of_classes(rule.way_classes)
    probability = _chances(streets.length_m, n, params.cap, category)
    index, within = draw_systematic(streets.segment_id.tolist(), probability, key)
    chosen = streets[index]
    coins = _Coins(chosen.segment_id.tolist(), key)
    is_reversed = coins.toss("direction", 2) == 1
    place = 0.5 if rule.is_whole else within
    fraction = chosen.start + place * (chosen.end - chosen.start)
    tasks = [
        Task(_walk(ground, rule, chosen, k, float(fraction[k]), bool(is_reversed[k])), "", *facts)
        for k, facts in enumerate(coins.facts(rule, params.hours))
    ]
    share = _share_of_unit(rule, params) * (0.5 if rule.has_side else 1.0)
    return _listed(
        tasks,
        positions(ground.network, chosen.edge, fraction),
        probability[index] * share,
        chosen.segment_id.tolist(),
    )


def _at_places(
    given: gpd.GeoDataFrame, params: TargetParams, category: str, n: int, key: bytes
) -> list[_Drawn]:
    """Draw given places with equal probability."""
    rule, given = RULES[category], given.sort_index()
    ids = [str(point_id) for point_id in given.index]
    probability = _chances(np.ones(len(ids)), n, params.cap, category)
    index, _ = draw_systematic(ids, probability, key)
    chosen = given.iloc[index]
    coins = _Coins([ids[k] for k in index.tolist()], key)
    tasks = [
        Task(None, str(name), *facts)
        for name, facts in zip(chosen["name"], coins.facts(rule, params.hours), strict=True)
    ]
    return _listed(
        tasks,
        np.column_stack((chosen.geometry.x, chosen.geometry.y)),
        probability[index] * _share_of_unit(rule, params),
        [""] * len(tasks),
    )


@dataclass(frozen=True)
class _Coins:
    """Small things that chance decides about each unit drawn."""

    unit_ids: list[str]
    key: bytes

    def toss(self, what: str, n: int) -> IntArray:
        """Return a number below `n` for each unit."""
        fractions = hash_fractions(self.unit_ids, derive_key(what, self.key))
        return (n * fractions).astype(np.int64)

    def facts(self, rule: Rule, hours: Sequence[int] | None) -> list[tuple[str, int, int | None]]:
        """Return hand, door and hour for each unit."""
        hands, doors = self.toss("hand", 2), 1 + self.toss("door", rule.doors)
        clocks: list[int | None] = [None] * len(hands)
        if hours is not None:
            clocks = [hours[k] for k in self.toss("hour", len(hours)).tolist()]
        return [
            (("left", "right")[hand], door, hour)
            for hand, door, hour in zip(hands.tolist(), doors.tolist(), clocks, strict=True)
        ]


def _chances(size: FloatArray, n: int, cap: float, category: str) -> FloatArray:
    """Share out the draws of a category, or say why they are too many."""
    most = most_draws(len(size), cap)
    if not 0 <= n <= most:
        raise InputError(
            "{n} targets of {category} cannot be drawn from {available} streets or places: "
            "name at most {most}.",
            n=n,
            category=category,
            available=len(size),
            most=most,
        )
    return chances(size, n, cap=cap)


def _walk(
    ground: TargetGround, rule: Rule, streets: Streets, k: int, at: float, is_reversed: bool
) -> Walk:
    """Describe the walk of a target: all of its segment, or from its place to the street's end."""
    ends = (float(streets.start[k]), float(streets.end[k])) if rule.is_whole else (0.0, 1.0)
    begin, end = ends[::-1] if is_reversed else ends
    start = begin if rule.is_whole else at
    return walk(ground.network, ground.landmarks, int(streets.edge[k]), start, end)


def _share_of_unit(rule: Rule, params: TargetParams) -> float:
    """Chance of the hour that is drawn, 1 if none is."""
    return 1 / len(params.hours) if rule.has_hour and params.hours else 1.0


def _listed(
    tasks: list[Task], lonlat: FloatArray, probability: FloatArray, segment_ids: list[str]
) -> list[_Drawn]:
    """Put together what belongs to one target."""
    return [
        _Drawn(task, lon, lat, chance, segment_id)
        for task, (lon, lat), chance, segment_id in zip(
            tasks, lonlat.round(_DIGITS).tolist(), probability.tolist(), segment_ids, strict=True
        )
    ]


def _row(drawn: _Drawn, category: str, language: Language) -> dict[str, Any]:
    """Write a target as an inspection point."""
    rule, task = RULES[category], drawn.task
    return {
        "name": street_name(task, translator(language)),
        "category": rule.name_zh if language == "zh" else rule.name_en,
        "category_id": category,
        "lon": drawn.lon,
        "lat": drawn.lat,
        "inclusion_probability": drawn.inclusion_probability,
        "hour": task.hour if rule.has_hour else None,
        "segment_id": drawn.segment_id,
        "instruction_zh": rule.instruction(task, translator("zh")),
        "instruction_en": rule.instruction(task, translator("en")),
    }


def _table(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Lay targets out as inspection points."""
    table = pd.DataFrame(rows, columns=_COLUMNS).set_index("point_id").sort_index()
    return gpd.GeoDataFrame(
        table.drop(columns=["lon", "lat"]).assign(
            hour=table["hour"].astype("Int64"),
            original_x=table["lon"],
            original_y=table["lat"],
            claimed_datum="wgs84",
            datum_evidence="generated on the road network",
            source_file=PROVENANCE,
            source_row=range(1, len(table) + 1),
            provenance=PROVENANCE,
        ),
        geometry=gpd.points_from_xy(table["lon"], table["lat"]),
        crs=WGS84,
    )
