"""The sheet of an inspector: stops with what is to be looked at, and what fits onto it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.api.fieldschemas import Sheet, SheetItem, SheetRoute, SheetStop
from geoinspect.cases import Defect
from geoinspect.checklists import in_force
from geoinspect.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from geoinspect.api.fieldschemas import ItemResult, Visit
    from geoinspect.api.sight import Sight
    from geoinspect.cases import DeadlineParams
    from geoinspect.checklists import Checklist, Item

#: How far a phone's clock may be ahead of the service's.
_CLOCK_SLACK = timedelta(minutes=10)


def sheet_of(sight: Sight) -> Sheet:
    """
    Return the sheet of the newest day that the one who asks has a released route on.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    own, standing = sight.own_day()
    day = pd.Timestamp(own["date"]).date()
    checklist = _checklist(sight.store.checklists.all(), day)
    deadlines = sight.folder.settings.cases.deadlines
    return Sheet(
        date=day,
        version=None if checklist is None else checklist.version,
        routes=[
            _route(drawn, now, lambda category: _items(checklist, category, deadlines))
            for drawn, now in zip(own["routes"], standing, strict=True)
        ],
    )


def _checklist(checklists: Iterable[Checklist], day: date) -> Checklist | None:
    """Return the version of a day; a city without one sends its inspectors out nevertheless."""
    try:
        return in_force(checklists, day)
    except NotFoundError:
        return None


def _route(
    drawn: dict[str, Any], standing: dict[str, Any], items: Callable[[str], list[SheetItem]]
) -> SheetRoute:
    """Return a route as it stands, with the stops that were taken out of it at its end."""
    planned = {stop["point_id"]: stop for stop in drawn["stops"]}
    dropped = standing["dropped"]
    gone = [stop for stop in drawn["stops"] if stop["point_id"] in dropped]
    names = set(SheetStop.model_fields) - {"items", "planned_arrival", "dropped"}
    stops = [
        SheetStop(
            items=items(stop["category"]),
            planned_arrival=planned.get(stop["point_id"], stop)["arrival"],
            dropped=dropped.get(stop["point_id"], ""),
            **{name: stop[name] for name in names},
        )
        for stop in (*standing["stops"], *gone)
    ]
    return SheetRoute(team_id=str(drawn["team_id"]), is_whole=standing["is_whole"], stops=stops)


def _items(
    checklist: Checklist | None, category: str, deadlines: DeadlineParams
) -> list[SheetItem]:
    """Return the items of a category; none where no checklist holds."""
    if checklist is None:
        return []
    return [
        SheetItem(
            item_id=item.item_id,
            text_zh=item.text_zh,
            text_en=item.text_en,
            kind=item.kind.value,
            weight=checklist.weights[category][item.item_id],
            severity=item.severity,
            allowance=item.allowance,
            defect=item.item_class.value,
            working_days=deadlines.working_days(Defect(item.item_class.value), item.severity),
        )
        for item in checklist.items_of(category)
    ]


@dataclass
class OwnStops:
    """
    The stops of somebody's own released routes, day by day.

    Attributes
    ----------
    sight
        Who asks, and when.
    """

    sight: Sight

    def __post_init__(self) -> None:
        self._days: dict[date, dict[str, str]] = {}

    def day_of(self, at: datetime) -> date:
        """
        Return the day of a moment in the city.

        Raises
        ------
        InputError
            If the moment is in the future.
        """
        if at > self.sight.now + _CLOCK_SLACK:
            raise InputError(
                "{at} is in the future: correct the clock of the phone, and the time.", at=at
            )
        return at.astimezone(self.sight.folder.settings.zone).date()

    def category(self, point_id: str, at: datetime) -> str:
        """
        Return the category of a stop.

        Raises
        ------
        NotFoundError
            If it is on no released route of one's own that day, or that day has none.
        """
        day = self.day_of(at)
        if day not in self._days:
            own, standing = self.sight.own_day(day)
            # a stop that was taken out may have been made before its inspector knew
            self._days[day] = {
                stop["point_id"]: stop["category"]
                for route in (*own["routes"], *standing)
                for stop in route["stops"]
            }
        if point_id not in self._days[day]:
            raise NotFoundError(
                "Your route of {day} has no stop {point_id!r}.", day=day, point_id=point_id
            )
        return self._days[day][point_id]


def check_visits(visits: Sequence[Visit], stops: OwnStops) -> None:
    """
    Refuse visits that cannot have been.

    Raises
    ------
    NotFoundError, InputError
        As `OwnStops.category`; if one ends before it begins.
    """
    for visit in visits:
        stops.category(visit.point_id, visit.arrived_at)
        if visit.finished_at is not None and visit.finished_at < visit.arrived_at:
            raise InputError(
                "The visit of {point_id} ends at {end}, before it begins at {start}.",
                point_id=visit.point_id,
                end=visit.finished_at,
                start=visit.arrived_at,
            )


def rows_of(records: Sequence[ItemResult], stops: OwnStops) -> pd.DataFrame:
    """
    Return records as `geoinspect.store.results` takes them.

    Parameters
    ----------
    records
        What was seen.
    stops
        Stops of whoever sends them.

    Raises
    ------
    NotFoundError, InputError
        As `OwnStops.category`; if an item is not one of the stop's category, a number is none
        of its kind, or the records of one inspection and revision tell of different visits.
    """
    checklists = stops.sight.store.checklists.all()
    _check_one_visit(records)
    return pd.DataFrame([_row(record, stops, checklists) for record in records])


def _row(record: ItemResult, stops: OwnStops, checklists: Sequence[Checklist]) -> dict[str, Any]:
    category = stops.category(record.point_id, record.inspected_at)
    checklist = in_force(checklists, stops.day_of(record.inspected_at))
    item = _item(record, checklist, category)
    n_breaches, actor = record.n_breaches, stops.sight.actor
    return {
        **record.model_dump(exclude={"photos", "inspected_at"}),
        "inspected_at": pd.Timestamp(record.inspected_at).tz_convert("UTC"),
        "category": category,
        "version": checklist.version,
        "score": None if n_breaches is None else item.score(n_breaches),
        "photos": "、".join(dict.fromkeys(record.photos)),
        # ids stay when names are corrected, and a record sent again must be the same
        "inspector": actor.inspector_id or actor.user_id,
        "source_file": f"service:{actor.user_id}",
        "source_row": 0,
    }


def _item(record: ItemResult, checklist: Checklist, category: str) -> Item:
    """Find the item of a record, and check what was seen of it."""
    if record.item_id not in checklist.weights.get(category, {}):
        raise InputError(
            "The category {category} has no item '{item}' in version {version} of the checklist.",
            category=category,
            item=record.item_id,
            version=checklist.version,
        )
    item = checklist.items[record.item_id]
    if not item.kind.is_counted and (record.n_breaches or 0) > 1:
        raise InputError(
            "'{value}' is no result of item {item}: write {wanted}.",
            value=record.n_breaches,
            item=item.item_id,
            wanted="0, 1, null",
        )
    return item


def _check_one_visit(records: Sequence[ItemResult]) -> None:
    """Refuse records of an inspection that name several points or times."""
    visits: dict[tuple[str, int], tuple[str, datetime]] = {}
    for record in records:
        told = (record.point_id, record.inspected_at)
        if visits.setdefault((record.inspection_id, record.revision), told) != told:
            raise InputError(
                "The rows of inspection '{id}' name several points or times: one inspection is "
                "one visit.",
                id=record.inspection_id,
            )
