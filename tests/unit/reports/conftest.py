"""A small city whose numbers can be counted by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoinspect.reports.evidence import Evidence, join_evidence
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import make_report
from geoinspect.reports.periods import Period, Span

ZONE = ZoneInfo("Asia/Shanghai")
HOSTILE = "=HYPERLINK(1)</script><img src=x onerror=alert(1)>"
N_POINTS, N_DAYS = 24, 70
FIRST = date(2026, 9, 14)


def tables() -> dict[str, pd.DataFrame]:
    """Points of two districts and six units; every point is inspected on every fifth day."""
    ids = [f"P{k:02}" for k in range(N_POINTS)]
    names = [HOSTILE, *(f"点位{k}" for k in range(1, N_POINTS))]
    points = gpd.GeoDataFrame(
        {"name": names, "category": ["超市", "公园"] * (N_POINTS // 2)},
        index=ids,
        geometry=gpd.points_from_xy(
            [118.78 + 0.02 * (k % 6) for k in range(N_POINTS)],
            [32.04 + 0.004 * (k // 6) for k in range(N_POINTS)],
        ),
        crs="EPSG:4326",
    )
    units = [f"U{k % 6}" for k in range(N_POINTS)]
    assignments = pd.DataFrame(
        {
            "district_id": ["D1" if k % 6 < 3 else "D2" for k in range(N_POINTS)],
            "unit_id": units,
            "unit_name": [f"{unit}局" for unit in units],
        },
        index=ids,
    )
    districts = gpd.GeoDataFrame(
        {"name": ["东区", "西区"]},
        index=["D1", "D2"],
        geometry=[
            shapely.box(118.77, 32.03, 118.83, 32.06),
            shapely.box(118.83, 32.03, 118.89, 32.06),
        ],
        crs="EPSG:4326",
    )
    visits, found, promised = [], [], []
    for day in pd.date_range(FIRST, periods=N_DAYS):
        for k in range(day.toordinal() % 5, N_POINTS, 5):
            at = day.tz_localize(ZONE) + pd.Timedelta(hours=10)
            visits.append((f"I{day:%m%d}-{k}", ids[k], at))
            promised.append((day, ids[k], 0.1 + 0.02 * (k % 5), "1"))
            # one unit is bad, and gets worse in November
            n = (
                (2 if day.month >= 11 else 1)
                if k % 6 == 5
                else int(k % 6 == 0 and day.day % 3 == 0)
            )
            for n_found in range(n):
                found.append((f"V{day:%m%d}-{k}-{n_found}", ids[k], at + pd.Timedelta(minutes=5)))
    inspections = pd.DataFrame(visits, columns=["inspection_id", "point_id", "inspected_at"])
    violations = pd.DataFrame(found, columns=["violation_id", "point_id", "found_at"]).assign(
        item="地面有垃圾", description=HOSTILE, severity=2, source="route"
    )
    return {
        "points": points,
        "assignments": assignments,
        "districts": districts,
        "inspections": _utc(inspections, "inspected_at"),
        "violations": _utc(violations, "found_at"),
        "promised": pd.DataFrame(
            promised, columns=["day", "point_id", "inclusion_probability", "team_id"]
        ).assign(provenance="listed", category="", district="", is_visited=True),
    }


def _n_found(unit: int, day: pd.Timestamp) -> int:
    """Unit 5 is bad and gets worse in November, unit 0 is so-so, the others are fine."""
    if unit == 5:
        return 2 if day.month >= 11 else 1
    return int(unit == 0 and day.day % 3 == 0)


def _utc(table: pd.DataFrame, moment: str) -> pd.DataFrame:
    return table.assign(**{moment: pd.to_datetime(table[moment], utc=True)})


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return join_evidence(**tables(), zone=ZONE)


def report(evidence: Evidence, kind: Kind, day: date, span: Span, **more: str):
    """A report in English, made at a fixed moment."""
    return make_report(
        kind,
        evidence,
        Period.around(day, span),
        city=HOSTILE,
        made_at=datetime(2026, 11, 24, 1, tzinfo=UTC).astimezone(ZONE),
        translate=lambda sentence: sentence,
        **more,
    )


@pytest.fixture(scope="session")
def monthly(evidence):
    return report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
