"""Read what inspectors found: one row an item of an inspection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geoinspect.checklists import in_force
from geoinspect.errors import NotFoundError
from geoinspect.intake.cells import clean_id, clean_text, means_nothing
from geoinspect.intake.columns import (
    check_cells,
    check_duplicates,
    contents_of,
    find_columns,
    read_ids,
)
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.moments import read_moments
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.violations import read_point_ids
from geoinspect.intake.vocabulary import RESULT_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from os import PathLike

    from geoinspect.checklists import Checklist, Item
    from geoinspect.intake.cells import Cell
    from geoinspect.intake.columns import Columns
    from geoinspect.intake.photos import PhotoFolder

_FINE = frozenset(
    ("是", "有", "合格", "达标", "符合", "通过", "正常", "√", "✓", "y", "yes", "pass", "ok")
)
_NOT_FINE = frozenset(
    (
        "否",
        "无",
        "没有",
        "不合格",
        "不达标",
        "不符合",
        "未通过",
        "异常",
        "×",
        "✗",
        "x",
        "n",
        "no",
        "fail",
    )
)
_NOT_APPLICABLE = frozenset(("不适用", "不涉及", "缺项", "n/a", "na", "not applicable"))
_COUNT = re.compile(r"(\d{1,4})(?:\.0+)?\s*[处次个人起辆]?")
_BETWEEN = re.compile(r"[、,;\n\s]+")


@dataclass(frozen=True)
class ResultsImport(Import):
    """
    Results of items read from a file.

    `results` is indexed by result_id ("inspection/item/revision") with the columns
    inspection_id, item_id, revision (1 and up), point_id, category, inspected_at (UTC),
    version (of the checklist), n_breaches (Int64, missing if not applicable), score (of
    the item, missing if not applicable), photos (hashes or names, joined by 、), remark,
    inspector, source_file and source_row.
    """

    results: pd.DataFrame

    id_role: ClassVar[str] = "result_id"


def read_results(
    path: str | PathLike[str],
    *,
    checklists: Sequence[Checklist],
    categories: Mapping[str, str],
    timezone: str = "Asia/Shanghai",
    now: datetime | None = None,
    photos: PhotoFolder | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> ResultsImport:
    """
    Read results from a table, each pinned to the version of the checklist it was made by.

    Parameters
    ----------
    path
        File of any format that `read_table` reads. Columns are found by their label,
        wherever they stand.
    checklists
        All versions. A row that names none belongs to the one that held on its day.
    categories
        Category of each point, by point id.
    timezone
        IANA name of the zone that times without one are in, and of the days of versions.
    now
        Moment of the import, timezone-aware; later inspections are set aside.
    photos
        Where photos lie, to be hashed; None keeps what the cells say.
    sheet
        Sheet, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        Results, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If a column that cannot be done without is missing.
    InputError
        If nothing can be read, or there are rows and none can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, RESULT_ROLES, columns)
    for role in ("inspection_id", "item_id", "point_id", "observed"):
        found.require(role)
    found.require("inspected_at", "inspected_on")
    log = RowLog(table.notes)
    inspections = read_ids(found, "inspection_id", "I", log)
    check_cells(found, log)
    moments = read_moments(found, "inspected_at", "inspected_on", timezone, now, log)
    point_ids = _points(found, categories, log)
    days = moments.tz_convert(ZoneInfo(timezone))
    cells = {role: found.cells(role) for role in ("revision", "version", "item_id", "observed")}
    prose = {role: found.prose(role) for role in ("remark", "inspector")}
    reader = _ItemReader(found.rows, cells, prose, checklists, categories, log)
    rows = [
        reader.read(number, inspections[number], point_ids[number], days[number])
        for number in range(len(found.rows))
    ]
    results = pd.DataFrame([row for row in rows if row is not None], columns=_COLUMNS)
    results["photos"] = _evidence(found, results, photos, log)
    results["inspected_at"] = moments[results["number"].to_numpy(dtype=np.int64)]
    keys = [str(row["result_id"]) if row else "" for row in rows]
    check_duplicates(found, keys, contents_of(found), log)
    _check_one_visit(results, log)
    if len(table.cells):
        refuse_if_nothing_left(table, log)
    identity = {
        row: (key or inspection_id, "")
        for row, key, inspection_id in zip(found.rows, keys, inspections, strict=True)
    }
    kept = results[~results["source_row"].isin(log.quarantined_rows)]
    return ResultsImport(
        table, log, identity, results=_typed(kept.assign(source_file=table.source_file))
    )


_COLUMNS = [
    *("number", "result_id", "inspection_id", "item_id", "revision", "point_id", "category"),
    *("version", "n_breaches", "score", "remark", "inspector", "is_photo", "source_row"),
]


@dataclass(frozen=True)
class _ItemReader:
    """Reads the rows of one file against the versions of the checklist."""

    rows: list[int]
    cells: dict[str, list[Cell]]
    prose: dict[str, list[str]]
    checklists: Sequence[Checklist]
    categories: Mapping[str, str]
    log: RowLog

    def read(
        self, number: int, inspection_id: str, point_id: str | None, at: pd.Timestamp
    ) -> dict[str, object] | None:
        """Read one row; None if something is in the way."""
        row = self.rows[number]
        revision = self._revision(number, row)
        if not inspection_id or point_id is None or pd.isna(at) or revision is None:
            return None
        checklist = self._checklist(number, row, at)
        if checklist is None:
            return None
        item = self._item(number, row, checklist, self.categories[point_id])
        observed = None if item is None else self._observed(number, row, item)
        if item is None or observed is None:
            return None
        (n_breaches,) = observed
        return {
            "number": number,
            "result_id": f"{inspection_id}/{item.item_id}/{revision}",
            "inspection_id": inspection_id,
            "item_id": item.item_id,
            "revision": revision,
            "point_id": point_id,
            "category": self.categories[point_id],
            "version": checklist.version,
            "n_breaches": n_breaches,
            "score": None if n_breaches is None else item.score(n_breaches),
            "remark": self.prose["remark"][number],
            "inspector": self.prose["inspector"][number],
            "is_photo": item.kind.value == "photo",
            "source_row": row,
        }

    def _revision(self, number: int, row: int) -> int | None:
        """Read the revision of a record; blank is the first."""
        text = clean_id(self.cells["revision"][number]).lower().removeprefix("v")
        if means_nothing(text):
            return 1
        if not text.isdecimal() or not 1 <= int(text) <= 9999:
            self.log.quarantine(
                row, "BAD_REVISION", "'{value}' is no revision: write 1, 2, 3.", value=text
            )
            return None
        return int(text)

    def _checklist(self, number: int, row: int, at: pd.Timestamp) -> Checklist | None:
        """Find the version that a row names, or that held on its day."""
        named = clean_id(self.cells["version"][number])
        if means_nothing(named):
            try:
                return in_force(self.checklists, at.date())
            except NotFoundError as error:
                self.log.quarantine(row, "NO_CHECKLIST", error.sentence, **error.data)
                return None
        found = next((each for each in self.checklists if each.version == named), None)
        if found is None:
            self.log.quarantine(
                row,
                "UNKNOWN_VERSION",
                "There is no version '{version}' of the checklist, only {known}.",
                version=named,
                known=", ".join(each.version for each in self.checklists) or "-",
            )
        return found

    def _item(self, number: int, row: int, checklist: Checklist, category: str) -> Item | None:
        """Find the item that a row names by its id or its text, among those of the category."""
        named = clean_text(self.cells["item_id"][number])
        of_category = checklist.items_of(category)
        for item in of_category:
            if named in (item.item_id, clean_text(item.text_zh), item.text_en):
                return item
        self.log.quarantine(
            row,
            "UNKNOWN_ITEM",
            "The category {category} has no item '{item}' in version {version} of the checklist.",
            category=category,
            item=named,
            version=checklist.version,
        )
        return None

    def _observed(self, number: int, row: int, item: Item) -> tuple[int | None] | None:
        """Read what was seen, as a number of breaches; a None inside means not applicable."""
        text = clean_text(self.cells["observed"][number]).lower()
        if text in _NOT_APPLICABLE:
            return (None,)
        if item.kind.is_counted:
            found = _COUNT.fullmatch(text)
            if found is not None:
                return (int(found[1]),)
            wanted = "0, 1, 2 ..., 不适用"
        else:
            if text in _FINE or text in _NOT_FINE:
                return (int(text in _NOT_FINE),)
            wanted = "合格, 不合格, 不适用"
        self.log.quarantine(
            row,
            "BAD_RESULT",
            "'{value}' is no result of item {item}: write {wanted}.",
            value=text,
            item=item.item_id,
            wanted=wanted,
        )
        return None


def _points(columns: Columns, categories: Mapping[str, str], log: RowLog) -> list[str | None]:
    """Read the point of every row; the city must have it, or nobody knows its items."""
    point_ids = read_point_ids(columns)
    for row, point_id in zip(columns.rows, point_ids, strict=True):
        if point_id is None:
            log.quarantine(row, "NO_POINT", "There is no point id: enter which point was visited.")
        elif point_id not in categories:
            log.quarantine(
                row,
                "UNKNOWN_POINT",
                "The city has no point '{point_id}': import the points, or correct the id.",
                point_id=point_id,
            )
    return [point_id if point_id in categories else None for point_id in point_ids]


def _evidence(
    columns: Columns, results: pd.DataFrame, photos: PhotoFolder | None, log: RowLog
) -> list[str]:
    """Read the photos of every result; a missing one is logged, and is no guilt."""
    cells = columns.cells("photos")
    evidence = []
    for number, is_photo in zip(results["number"], results["is_photo"], strict=True):
        text = clean_text(cells[number])
        names = [] if means_nothing(text) else [name for name in _BETWEEN.split(text) if name]
        row = columns.rows[number]
        if is_photo and not names:
            log.fix(row, "photos", ("", ""), "NO_PHOTO", "The item wants a photo and has none.")
        evidence.append("、".join(_hashed(row, name, photos, log) for name in names))
    return evidence


def _hashed(row: int, name: str, photos: PhotoFolder | None, log: RowLog) -> str:
    """Return the hash of a photo that is at hand, else what the cell says."""
    if photos is None:
        return name
    found = photos.hash_of(name)
    if found is None:
        log.fix(
            row,
            "photos",
            (name, name),
            "PHOTO_NOT_FOUND",
            "The photo is not in the folder, or too large: its name is kept.",
        )
        return name
    return found


def _check_one_visit(results: pd.DataFrame, log: RowLog) -> None:
    """Set aside rows of an inspection that name several points or times."""
    visits = results.groupby(["inspection_id", "revision"])[["point_id", "inspected_at"]]
    is_mixed = (visits.transform("nunique") > 1).any(axis=1)
    for row, inspection_id in results.loc[is_mixed, ["source_row", "inspection_id"]].to_numpy():
        log.quarantine(
            int(row),
            "MIXED_VISIT",
            "The rows of inspection '{id}' name several points or times: one inspection is one "
            "visit.",
            id=inspection_id,
        )


def _typed(results: pd.DataFrame) -> pd.DataFrame:
    """Bring the columns into their types, indexed by result id."""
    typed = results.drop(columns=["number", "is_photo"]).set_index("result_id")
    return typed.assign(
        n_breaches=typed["n_breaches"].astype("Int64"),
        score=typed["score"].astype("Float64"),
        revision=typed["revision"].astype(np.int64),
        source_row=typed["source_row"].astype(np.int64),
    )
