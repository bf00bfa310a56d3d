"""An inspector's work on a phone: the sheet of the day, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from geoinspect.api.fieldschemas import (
    Difference,
    FieldReport,
    FieldReportOutcome,
    RecordOutcome,
    Sheet,
    VisitOutcome,
)
from geoinspect.api.fieldsheet import OwnStops, check_visits, rows_of, sheet_of
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import NotFoundError
from geoinspect.people import Permission
from geoinspect.store.fieldwork import Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.api.fieldschemas import ItemResult
    from geoinspect.store.fieldwork import VisitChange
    from geoinspect.store.results import ResultChanges

router = APIRouter(prefix="/inspections", tags=["inspections"], responses=problems(409))


@router.get("/sheet", **needs(Permission.READ_OWN_ROUTE))
def get_sheet(sight: SightDep) -> Sheet:
    """Return one's own route as far as it is released, with the checklist of each stop."""
    return sheet_of(sight)


@router.post("/results", **needs(Permission.RECORD_RESULTS))
def add_results(report: FieldReport, sight: SightDep) -> FieldReportOutcome:
    """
    Enter visits and results at stops of one's own released route.

    A record is known by inspection, item and revision, so it may be sent again at any time.
    A request is entered as a whole or refused as a whole; a conflict is told and writes nothing.
    """
    stops = OwnStops(sight)
    check_visits(report.visits, stops)
    rows = rows_of(report.records, stops)
    _refuse_foreign(sight, report)
    visits = [Visit(**visit.model_dump()) for visit in report.visits]
    changes, entered = sight.store.fieldwork.add_visits(visits, sight.actor.user_id, rows)
    return FieldReportOutcome(
        visits=[_told_visit(change) for change in changes],
        records=_told_records(report.records, entered),
    )


def _refuse_foreign(sight: SightDep, report: FieldReport) -> None:
    """Refuse ids of inspections elsewhere: a conflict would tell what was found there."""
    told = {(visit.inspection_id, visit.point_id) for visit in report.visits}
    told |= {(record.inspection_id, record.point_id) for record in report.records}
    ids = {inspection_id for inspection_id, _ in told}
    known = sight.store.results.points_of(ids) | sight.store.fieldwork.points_of(ids)
    for inspection_id, point_id in sorted(told):
        if known.get(inspection_id, point_id) != point_id:
            raise NotFoundError(
                "There is no inspection {inspection_id} at {point_id}: make a new id.",
                inspection_id=inspection_id,
                point_id=point_id,
            )


def _told_visit(change: VisitChange) -> VisitOutcome:
    return VisitOutcome(
        inspection_id=change.inspection_id,
        outcome=change.outcome,
        differences=[
            Difference(field=field, there=there, came=came)
            for field, there, came in change.differences
        ],
    )


def _told_records(records: Sequence[ItemResult], changes: ResultChanges) -> list[RecordOutcome]:
    """Tell what became of each record."""
    differences: dict[str, list[Difference]] = {}
    for name, field, there, came in changes.conflicts:
        differences.setdefault(name, []).append(Difference(field=field, there=there, came=came))
    told = []
    for record in records:
        key = (record.inspection_id, record.item_id, record.revision)
        told.append(
            RecordOutcome(
                **record.model_dump(include={"inspection_id", "item_id", "revision"}),
                outcome=changes.outcomes[key],
                newest=changes.newest.get(key[:2], 0),
                differences=differences.get("/".join(map(str, key)), []),
            )
        )
    return told
