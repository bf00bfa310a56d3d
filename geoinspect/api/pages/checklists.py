"""The checklist: its versions and their dates, what a new one changes, and what is missing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from geoinspect.api.endpoints.checklists import READS, matrix_of, named
from geoinspect.api.pages.administration import jobs_of
from geoinspect.api.pages.rendering import AppPage, language_of, render
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.checklists import differences, in_force
from geoinspect.cityimport import uncovered_remarks
from geoinspect.errors import GeoinspectError, NotFoundError
from geoinspect.messages import translator

if TYPE_CHECKING:
    from geoinspect.checklists import Checklist, Matrix

router = APIRouter(prefix="/app/checklists", include_in_schema=False)

_POINTS_SHOWN = 50

Text = Annotated[str, Query(max_length=200)]
Day = Annotated[date | None, Query()]


@router.get("", **READS)
def show_checklists(
    request: Request, sight: SightDep, version: Text = "", against: Text = "", category: Text = ""
) -> AppPage:
    """List the versions, show one of them, and what it changes of another."""
    language = language_of(request, sight.folder.settings.language)
    versions = sight.store.checklists.all()
    today = sight.now.astimezone(sight.folder.settings.zone).date()
    holding = _holding(versions, today)
    chosen = named(versions, version) if version else holding or next(iter(versions[-1:]), None)
    before = named(versions, against) if against else _before(versions, chosen)
    remarks = [] if chosen is None else uncovered_remarks(sight.points(), chosen)
    return render(
        request,
        sight,
        "checklists",
        versions=versions[::-1],
        holding=holding and holding.version,
        chosen=chosen,
        before=before,
        changes=_changes(before, chosen, language),
        category=category,
        rows=_rows(chosen, category, language),
        remarks=[remark.render(translator(language)) for remark in remarks],
        jobs=[each for each in jobs_of(request, sight, ("import",)) if each["what"] == "checklist"],
        largest_mb=sight.folder.settings.max_upload_mb,
    )


@router.get("/matrix", **READS)
def show_matrix(
    request: Request,
    sight: SightDep,
    category: Text = "",
    first: Day = None,
    last: Day = None,
) -> AppPage:
    """Show which items of which points nobody has looked at in a period."""
    language = language_of(request, sight.folder.settings.language)
    translate = translator(language)
    try:
        matrix, begin, end, checklist = matrix_of(sight, first, last)
    except GeoinspectError as error:
        return render(request, sight, "matrix", problem=error.render(translate), matrix=None)
    categories = sorted(set(matrix.points["category"]) & set(checklist.weights))
    chosen = category if category in categories else next(iter(categories), "")
    return render(
        request,
        sight,
        "matrix",
        problem="",
        matrix=matrix,
        n_missing=len(matrix.missing),
        first=begin,
        last=end,
        checklist=checklist,
        categories=_gaps(matrix, categories),
        category=chosen,
        items=[(item.item_id, _text(item, language)) for item in checklist.items_of(chosen)],
        rows=_matrix_rows(matrix, chosen, checklist),
        most=_POINTS_SHOWN,
    )


def _holding(versions: list[Checklist], day: date) -> Checklist | None:
    """Return the version that holds on a day, None if none does."""
    try:
        return in_force(versions, day)
    except NotFoundError:
        return None


def _before(versions: list[Checklist], chosen: Checklist | None) -> Checklist | None:
    """Return the version that began last before another."""
    if chosen is None:
        return None
    earlier = [each for each in versions if each.effective_from < chosen.effective_from]
    return earlier[-1] if earlier else None


def _changes(
    before: Checklist | None, after: Checklist | None, language: str
) -> list[dict[str, Any]]:
    """Return each item that is new, gone or changed, as it was and as it is."""
    if before is None or after is None:
        return []
    return [
        {
            "item_id": item_id,
            "how": how,
            "before": (was := _told(before, item_id, language)),
            "after": (now := _told(after, item_id, language)),
            "same_weights": bool(was and now and was["weights"] == now["weights"]),
        }
        for how, ids in zip(
            ("added", "removed", "changed"), differences(before, after), strict=True
        )
        for item_id in ids
    ]


def _told(checklist: Checklist, item_id: str, language: str) -> dict[str, Any] | None:
    """Return what may differ of an item between versions, None if a version does not have it."""
    item = checklist.items.get(item_id)
    if item is None:
        return None
    weights = {
        name: of_items[item_id]
        for name, of_items in checklist.weights.items()
        if item_id in of_items
    }
    return {
        "text": _text(item, language),
        "severity": item.severity,
        "score": f"{item.full_score:g} / {item.deduction:g}",
        "weights": "；".join(f"{name}={weight:g}" for name, weight in sorted(weights.items())),
    }


def _rows(checklist: Checklist | None, category: str, language: str) -> list[dict[str, Any]]:
    """Return the items of a version, of a category with their weights in it."""
    if checklist is None:
        return []
    weights = checklist.weights.get(category, {})
    items = checklist.items_of(category) if category else list(checklist.items.values())
    return [
        {
            "item_id": item.item_id,
            "text": _text(item, language),
            "severity": item.severity,
            "kind": item.kind.value,
            "item_class": item.item_class.value,
            "weight": weights.get(item.item_id),
            "n_categories": sum(item.item_id in of for of in checklist.weights.values()),
        }
        for item in items
    ]


def _gaps(matrix: Matrix, categories: list[str]) -> list[dict[str, Any]]:
    """Count what is missing by category, the largest gap first."""
    missing = matrix.missing["category"].value_counts()
    rows = [{"name": name, "n": int(missing.get(name, 0))} for name in categories]
    return sorted(rows, key=lambda row: (-row["n"], row["name"]))


def _matrix_rows(matrix: Matrix, category: str, checklist: Checklist) -> list[dict[str, Any]]:
    """Return the points of a category with the results of each item, the largest gap first."""
    points = matrix.points[matrix.points["category"] == category]
    items = [item.item_id for item in checklist.items_of(category)]
    counts = matrix.counts.loc[points.index, items].astype(int).to_numpy().tolist()
    rows = [
        {"point_id": point_id, "name": name, "counts": row, "n": row.count(0)}
        for point_id, name, row in zip(points.index, points["name"], counts, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row["n"], row["point_id"]))


def _text(item: Any, language: str) -> str:
    return str(item.text_zh if language == "zh" else item.text_en)
