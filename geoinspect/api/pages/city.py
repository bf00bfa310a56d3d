"""The city on maps and in lists: points, problems, rates, routes, each as far as one may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request

from geoinspect.api.citymap import chosen_online, map_facts, place_rows
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from geoinspect.api.sight import Sight
    from geoinspect.settings import OnlineBasemap

router = APIRouter(prefix="/app", include_in_schema=False)

_A_PAGE = 50

Words = Annotated[str, Query(max_length=100)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/points", **needs(Permission.READ_POINTS))
def list_points(
    request: Request,
    sight: SightDep,
    words: Words = "",
    category: Words = "",
    page: Page = 1,
    base: Words = "",
) -> AppPage:
    """List points with who answers for each, when it was visited and what is known of it."""
    points = _known_points(sight)
    online = chosen_online(sight.folder, base)
    kept = points[holds(points["name"], words) | holds(points.index.to_series(), words)]
    if category:
        kept = kept[kept["category"] == category]
    return render(
        request,
        sight,
        "points",
        rows=one_page(kept, page).reset_index().to_dict("records"),
        n=len(kept),
        categories=sorted(points["category"].unique()),
        query={"words": words, "category": category, **({"base": base} if online else {})},
        page=page,
        n_pages=n_pages(len(kept)),
        map=_map(request, sight, online),
        places=place_rows(kept, sight.points(), online),
        has_online=sight.folder.settings.basemap.online is not None,
        online=online,
    ).allow_images(() if online is None else online.origins)


def _map(request: Request, sight: Sight, online: OnlineBasemap | None) -> dict[str, Any] | None:
    """Return what the map needs, None while there is nothing to show on one."""
    points = sight.points()
    if points.empty and sight.folder.districts() is None:
        return None
    language = language_of(request, sight.folder.settings.language)
    return map_facts(sight.folder, points, translator(language), language, online)


def _known_points(sight: Sight) -> pd.DataFrame:
    """Join to each point who answers for it, its last visit, and its problems."""
    points = sight.points()
    table = pd.DataFrame(points[["name", "category"]]).sort_index()
    assignments = sight.assignments()
    unit = None if assignments is None else assignments["unit_name"].reindex(table.index)
    inspections, violations = sight.inspections(), sight.violations()
    visits = inspections.groupby("point_id")["inspected_at"].agg(["max", "size"])
    zone = sight.folder.settings.zone
    last = pd.to_datetime(visits["max"].reindex(table.index), utc=True).dt.tz_convert(zone)
    return table.assign(
        unit="" if unit is None else unit.fillna(""),
        last=last.dt.strftime("%Y-%m-%d").fillna(""),
        n_visits=visits["size"].reindex(table.index).fillna(0).astype(int),
        n_problems=violations.groupby("point_id").size().reindex(table.index).fillna(0).astype(int),
    )


def holds(texts: pd.Series[str], words: str) -> pd.Series[bool]:
    """Tell which texts hold all words."""
    found = pd.Series(True, index=texts.index)
    for word in words.casefold().split():
        found &= texts.str.casefold().str.contains(word, regex=False)
    return found


def one_page(table: pd.DataFrame, page: int) -> pd.DataFrame:
    """Return the rows of a page."""
    return table.iloc[(page - 1) * _A_PAGE : page * _A_PAGE]


def n_pages(n: int) -> int:
    """Return how many pages `n` rows fill, 1 if there are none."""
    return max(1, -(-n // _A_PAGE))
