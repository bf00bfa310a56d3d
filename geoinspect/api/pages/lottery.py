"""The lottery report: whether the draws so far kept what was promised; nothing of days to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request

from geoinspect.api.pages.days import today_of
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.errors import InputError, NotFoundError
from geoinspect.lotteryreport.page import report_context
from geoinspect.lotteryreport.report import build_report
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight

router = APIRouter(prefix="/app/lottery", include_in_schema=False)

_USUAL_DAYS = 30
# what is told of whole plans needs the right to read them, and the ledger that they stand in
_READS = needs(frozenset({Permission.READ_LEDGER, Permission.READ_RELEASED_PLAN}))

First = Annotated[date | None, Query(alias="from")]
Last = Annotated[date | None, Query(alias="to")]


@router.get("", **_READS)
def show_lottery(
    request: Request, sight: SightDep, first: First = None, last: Last = None
) -> AppPage:
    """Offer a period; what it shows is measured once the page is there."""
    begin, end = _period(sight, first, last)
    return render(
        request,
        sight,
        "lottery",
        first=begin,
        last=end,
        newest=_newest(sight),
        is_whole=not sight.actor.is_restricted,
    )


@router.get("/measured", **_READS)
def measure_lottery(
    request: Request, sight: SightDep, first: First = None, last: Last = None
) -> AppPage:
    """Measure a period, as a part of the page."""
    begin, end = _period(sight, first, last)
    if sight.actor.is_restricted:
        raise NotFoundError("The lottery is about the whole city, and you see a part of it.")
    folder = sight.folder
    try:
        report = build_report(
            sight.store.ledger,
            # how much travel a draw costs is compared by the command, which takes its time
            None,
            city=folder.settings.name,
            timezone=folder.settings.zone,
            now=sight.now,
            first=begin,
            last=end,
        )
    except NotFoundError:
        return render(request, sight, "lottery_measured", is_empty=True)
    told = report_context(report, language_of(request, folder.settings.language))
    told = {name: value for name, value in told.items() if name not in ("lang", "t", "city")}
    return render(request, sight, "lottery_measured", is_empty=False, **told)


def _newest(sight: Sight) -> date:
    """
    Return the newest day whose plan is open for sure, without opening any.

    Stop by stop, a plan is open at the end of its last shift, which may lie behind midnight.
    """
    days = 1 if sight.folder.settings.release.mode == "whole" else 2
    return today_of(sight) - timedelta(days=days)


def _period(sight: Sight, first: date | None, last: date | None) -> tuple[date, date]:
    """Return a period that ends before today."""
    newest = _newest(sight)
    end = min(last or newest, newest)
    begin = first or end - timedelta(days=_USUAL_DAYS - 1)
    if begin > end:
        raise InputError(
            "The period from {first} to {last} ends before it begins: turn it round.",
            first=begin,
            last=end,
        )
    return begin, end
