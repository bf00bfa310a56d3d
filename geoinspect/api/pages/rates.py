"""
The leader's pages: rates on a map through time, rankings, what changed, and the records behind.

Each figure is counted by the functions that the reports and the API count with.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse

from geoinspect.api.citymap import map_facts
from geoinspect.api.endpoints.reports import evidence_of
from geoinspect.api.heatviews import HeatTables
from geoinspect.api.leading import (
    GROUPS,
    RANKED,
    By,
    changes_of,
    own_groups,
    period_of,
    ranking_of,
    stretch_of,
    usual_stretches,
    work_of,
)
from geoinspect.api.pages.city import Page, Words  # noqa: TC001  FastAPI reads the annotation
from geoinspect.api.pages.recordlist import list_records
from geoinspect.api.pages.rendering import AppPage, language_of, render, static_url
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.emerging import TrendClass
from geoinspect.errors import NotFoundError
from geoinspect.maps import TIMELINE_TITLE, own_scripts, page_words
from geoinspect.messages import translator
from geoinspect.people import Permission
from geoinspect.reports.kinds import Kind
from geoinspect.reports.numbers import Records, RecordTable
from geoinspect.reports.opening import headline, on_chances, sentences

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight
    from geoinspect.messages import Language
    from geoinspect.reports.work import Work

router = APIRouter(prefix="/app", include_in_schema=False)

#: The pages about rates: address and name.
TABS = (
    ("/app/rates", "Map through time"),
    ("/app/rates/ranking", "Ranking"),
    ("/app/rates/changes", "What changed"),
)

FOLLOWED_COOKIE = "geoinspect_followed"
_MOST_FOLLOWED = 40
_A_YEAR_S = 365 * 86_400
_RECENT_DAYS = 30

_READS = needs(Permission.READ_REPORTS)
Ranked = Literal[Kind.WEEKLY, Kind.MONTHLY, Kind.QUARTERLY, Kind.ANNUAL]
Day = Annotated[date | None, Query(alias="date")]
Group = Annotated[str, Query(max_length=200)]
Days = Annotated[int, Query(ge=1, le=366)]


@router.get("/rates", **needs(Permission.READ_HEAT))
def show_rates(request: Request, sight: SightDep) -> AppPage:
    """Show problems per inspection on a map, through time."""
    has_data = len(sight.inspections()) > 0 or len(sight.violations(by=Permission.READ_HEAT)) > 0
    page = _timeline(request, sight) if has_data else None
    return render(
        request,
        sight,
        "rates",
        tabs=_tabs(sight),
        page=page,
        scripts=[static_url(name) for name in own_scripts("timeline")],
    )


@router.get("/rates/ranking", **_READS)
def show_ranking(
    request: Request,
    sight: SightDep,
    kind: Ranked = Kind.MONTHLY,
    day: Day = None,
    by: By = "district_id",
) -> AppPage:
    """Rank districts, units or categories, and say how sure each rank is."""
    period = period_of(sight, kind, day)
    work = work_of(sight, period, _language(request, sight), evidence_of(sight, described=False))
    made = work.everything.inspections["day"]
    in_period = (made.dt.date >= period.first) & (made.dt.date <= period.last)
    return render(
        request,
        sight,
        "ranking",
        tabs=_tabs(sight),
        groups=GROUPS,
        kinds={each.value: name for each, name in RANKED.items()},
        by=by,
        kind=kind.value,
        period=period,
        ranking=ranking_of(work, by, _own(request, sight, by)),
        is_unassigned=bool(in_period.any()),
        last_made=None if made.empty else made.max().date(),
        params=work.params,
        query={"kind": kind.value, "date": period.last.isoformat(), "by": by},
    )


@router.get("/rates/records", **_READS)
def show_records(
    request: Request,
    sight: SightDep,
    by: By,
    group: Group,
    kind: Ranked = Kind.MONTHLY,
    day: Day = None,
    table: Literal["violations", "inspections"] = "violations",
    page: Page = 1,
) -> AppPage:
    """List the records behind the figures of a group, newest first."""
    period = period_of(sight, kind, day)
    evidence = evidence_of(sight, period)
    if group not in set(evidence.points[by]):
        raise NotFoundError("There is no group {group!r}.", group=group)
    now = evidence.within(period)
    found = {name: _records_of(name, by, group).rows(now) for name in _TABLES}
    return render(
        request,
        sight,
        "records",
        tabs=_tabs(sight),
        name=_group_name(evidence.points, by, group),
        period=period,
        counts={name: len(each) for name, each in found.items()},
        **list_records(table, found[table], evidence.points["name"], page),
        query={
            "kind": kind.value,
            "date": period.last.isoformat(),
            "by": by,
            "group": group,
            "table": table,
        },
    )


@router.get("/rates/changes", **_READS)
def show_changes(
    request: Request,
    sight: SightDep,
    begin: Annotated[date | None, Query()] = None,
    end: Annotated[date | None, Query()] = None,
    days: Days = 7,
    by: By = "district_id",
    category: Words = "",
) -> AppPage:
    """Compare the days after something with those before it: a week, or a campaign."""
    today = sight.now.astimezone(sight.folder.settings.zone).date()
    usual = usual_stretches(today)
    if begin is None:
        begin, days = next(iter(usual.values()))
    if end is not None and end < begin:
        begin, end = end, begin
    language = _language(request, sight)
    everything = evidence_of(sight)
    evidence = everything.where(category=category) if category else everything
    stretch = stretch_of(begin, end, days)
    work = work_of(sight, stretch, language, evidence)
    compared = changes_of(work, by, _own(request, sight, by))
    return render(
        request,
        sight,
        "changes",
        tabs=_tabs(sight),
        groups=GROUPS,
        usual=usual,
        categories=sorted(set(everything.points["category"])),
        stretch=stretch,
        begin=begin,
        end=end,
        days=days,
        by=by,
        category=category,
        sentences=[each.render(translator(language)) for each in sentences(work)],
        rows=[] if compared is None else compared[0],
        top=None if compared is None else compared[1],
        is_over=stretch.last < today,
    )


@router.get("/rates/week", **_READS)
def show_week(request: Request, sight: SightDep) -> AppPage:
    """Show what the last week brought, as a part of the first page."""
    language = _language(request, sight)
    translate = translator(language)
    work = work_of(sight, period_of(sight, Kind.WEEKLY, None), language)
    compared = changes_of(work, "district_id", _own(request, sight, "district_id"))
    rows = [] if compared is None else compared[0]
    areas = HeatTables.of(sight).emerging_areas()
    return render(
        request,
        sight,
        "week",
        period=work.period,
        **_opening(sight, work, language),
        moved=[row for row in rows if row.cells[-1] in (translate("better"), translate("worse"))],
        n_areas={kind.value: sum(area.kind is kind for area in areas) for kind in TrendClass},
    )


@router.get("/rates/recent", **_READS)
def show_recent(request: Request, sight: SightDep) -> AppPage:
    """Show the last days up to today, counted as the reports count, as a part of the first page."""
    language = _language(request, sight)
    today = sight.now.astimezone(sight.folder.settings.zone).date()
    begin = today - timedelta(days=_RECENT_DAYS - 1)
    work = work_of(sight, stretch_of(begin, None, _RECENT_DAYS), language)
    return render(
        request,
        sight,
        "recent",
        n_points=len(sight.points()),
        **_opening(sight, work, language),
    )


@router.get("/rates/follow", **_READS)
def follow_group(
    request: Request, sight: SightDep, by: By, group: Group, back: Words = ""
) -> RedirectResponse:
    """Put a group among the reader's own, or take it away; kept in the browser."""
    del sight
    followed = [pair for pair in _followed(request) if pair != (by, group)]
    if len(followed) == len(_followed(request)):
        followed.append((by, group))
    where = dict(parse_qsl(back)) | {"by": by}
    response = RedirectResponse(f"/app/rates/ranking?{urlencode(where)}", status_code=303)
    response.set_cookie(
        FOLLOWED_COOKIE,
        urlencode(followed[-_MOST_FOLLOWED:]),
        max_age=_A_YEAR_S,
        samesite="strict",
        httponly=True,
    )
    return response


#: Records that a group has.
_TABLES: tuple[RecordTable, ...] = ("violations", "inspections")


def _records_of(table: RecordTable, by: By, group: str) -> Records:
    """Name the records behind a figure of a group, as the reports do."""
    counted = (("counts", "True"),) if table == "violations" else ()
    return Records(table, (*counted, (by, group)))


def _opening(sight: Sight, work: Work, language: Language) -> dict[str, Any]:
    """Return the first figures of a period, what they mean, and what stands behind the rate."""
    is_whole, translate = not sight.actor.is_restricted, translator(language)
    return {
        "headline": headline(work),
        "sentences": [each.render(translate) for each in sentences(work)],
        "limits": [each.render(translate) for each in on_chances(work, is_whole=is_whole)],
    }


def _timeline(request: Request, sight: Sight) -> dict[str, Any]:
    """Return what the script of the map needs besides the events."""
    language = _language(request, sight)
    translate = translator(language)
    facts = map_facts(sight.folder, sight.points(), translate, language, None)
    tiles = facts["tiles"] or {"url": "", "maxZoom": 0}
    return {
        "kind": "timeline",
        "isPart": True,
        "data": "/heat/timeline",
        "language": language,
        "title": translate(TIMELINE_TITLE),
        "eyebrow": "",
        "attribution": facts["attribution"],
        "words": page_words("timeline", language),
        # a dark ground would swallow the dark end of the scale
        "style": facts["styles"]["light"],
        "basemap": {**tiles, "hasDistricts": facts["hasDistricts"]},
    }


def _tabs(sight: Sight) -> list[tuple[str, str]]:
    """Return the pages about rates that are open to somebody."""
    return [tab for tab in TABS if tab is TABS[0] or sight.may(Permission.READ_REPORTS)]


def _language(request: Request, sight: Sight) -> Language:
    return language_of(request, sight.folder.settings.language)


def _own(request: Request, sight: Sight, by: By) -> frozenset[str]:
    return own_groups(sight.actor, by, _followed(request))


def _followed(request: Request) -> list[tuple[str, str]]:
    """Return kind and id of the groups that a reader follows."""
    return parse_qsl(request.cookies.get(FOLLOWED_COOKIE, ""))[:_MOST_FOLLOWED]


def _group_name(points: Any, by: By, group: str) -> str:
    """Return what a group is called."""
    column = {"district_id": "district", "unit_id": "unit", "category": "category"}[by]
    return str(points.loc[points[by] == group, column].iloc[0])
