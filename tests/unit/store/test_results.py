"""Results are entered once, conflicts are shown, and failing items become violations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geoinspect.cases import Defect
from geoinspect.checklists.examples import two_items
from geoinspect.geometry import WGS84
from geoinspect.photos import Photo

from .cities import CLERK, OFFICE

if TYPE_CHECKING:
    from geoinspect.store import Store
    from geoinspect.store.results import ResultChanges

AT = pd.Timestamp("2026-11-20T01:10:00Z")


def prepared(store: Store) -> None:
    """Two parks 22 m apart, a third far away, and a checklist for parks."""
    points = gpd.GeoDataFrame(
        {
            "name": ["东园", "西园", "远园"],
            "category": "公园",
            "original_x": 0.0,
            "original_y": 0.0,
            "claimed_datum": "wgs84",
            "datum_evidence": "test",
            "source_file": "points.csv",
            "source_row": [2, 3, 4],
        },
        index=pd.Index(["P1", "P2", "P3"], name="point_id"),
        geometry=shapely.points([(112.5, 32.8), (112.5, 32.8002), (112.6, 32.9)]),
        crs=WGS84,
    )
    store.merge_points(points)
    store.checklists.merge([two_items()])


def frame(*rows: tuple[Any, ...], **more: Any) -> pd.DataFrame:
    """Results (inspection, item, breaches, revision) as the reader gives them."""
    items = two_items().items
    records = []
    for inspection_id, item_id, n, *rest in rows:
        revision = rest[0] if rest else 1
        records.append(
            {
                "result_id": f"{inspection_id}/{item_id}/{revision}",
                "inspection_id": inspection_id,
                "item_id": item_id,
                "revision": revision,
                "point_id": "P1",
                "category": "公园",
                "inspected_at": AT,
                "version": "2026",
                "n_breaches": n,
                "score": None if n is None else items[item_id].score(n),
                "photos": "",
                "remark": "",
                "inspector": "张",
                "source_file": "r.csv",
                "source_row": 2,
            }
            | more
        )
    table = pd.DataFrame(records).set_index("result_id")
    return table.astype({"n_breaches": "Int64", "score": "Float64"})


def enter(store: Store, *rows: tuple[Any, ...], **more: Any) -> ResultChanges:
    return store.results.add(frame(*rows, **more))


def test_failing_items_become_violations_with_the_severity_of_the_item(store: Store) -> None:
    prepared(store)
    changes = enter(store, ("R1", "A", 1), ("R1", "B", 1), ("R2", "A", None))
    assert (changes.added, changes.opened) == (3, ["R1/A"])
    violation = store.violations().loc["R1/A"]
    assert (violation["item"], violation["severity"], violation["source"]) == (
        "路灯完好",
        2,
        "route",
    )
    assert (violation["point_id"], violation["category"]) == ("P1", "公园")
    assert violation["geometry"].equals(shapely.Point(112.5, 32.8))
    assert violation["found_at"] == AT
    kept = store.results.results()
    assert kept["violation_id"].tolist() == ["R1/A", None, None]
    assert store.results.of_violation("R1/A")["item_id"].tolist() == ["A"]
    assert store.inspections().index.tolist() == ["R1", "R2"]


def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    prepared(store)
    rows = (("R1", "A", 1), ("R1", "B", 3))
    enter(store, *rows)
    again = enter(store, *rows, source_file="again.csv", source_row=9)
    assert (again.added, again.unchanged, again.opened) == (0, 2, [])
    assert len(store.violations()) == 2
    assert len(store.results.results(current=False)) == 2


def test_other_content_under_one_revision_is_shown_side_by_side_and_not_written(
    store: Store,
) -> None:
    prepared(store)
    enter(store, ("R1", "B", 3))
    changes = enter(store, ("R1", "B", 5), ("R1", "A", 0))
    assert changes.conflicts == [
        ("R1/B/1", "n_breaches", "3", "5"),
        ("R1/B/1", "score", "6.0", "2.0"),
    ]
    assert changes.added == 1
    assert store.results.results()["n_breaches"].tolist() == [0, 3]


def test_a_higher_revision_takes_the_place_and_the_old_one_stays(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "B", 3))
    changes = enter(store, ("R1", "B", 5, 2))
    assert (changes.superseded, changes.opened, changes.withdrawn) == (1, [], [])
    assert store.results.results()["n_breaches"].tolist() == [5]
    assert store.results.results(current=False)["n_breaches"].tolist() == [3, 5]
    assert store.violations().index.tolist() == ["R1/B"]


def test_a_late_return_is_kept_but_not_current(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "B", 5, 3))
    changes = enter(store, ("R1", "B", 0, 2))
    assert (changes.late, changes.superseded, changes.withdrawn) == (1, 0, [])
    assert store.results.results()["revision"].tolist() == [3]


def test_revisions_of_one_file_are_entered_in_their_order(store: Store) -> None:
    prepared(store)
    changes = enter(store, ("R1", "B", 0, 2), ("R1", "B", 4, 1))
    assert (changes.added, changes.superseded, changes.late) == (2, 1, 0)
    assert changes.withdrawn == ["R1/B"]
    assert store.results.results()["n_breaches"].tolist() == [0]


def test_a_revision_that_finds_a_breach_opens_a_violation_then(store: Store) -> None:
    prepared(store)
    assert enter(store, ("R1", "A", 0)).opened == []
    assert enter(store, ("R1", "A", 1, 2)).opened == ["R1/A"]


def test_two_inspectors_who_find_the_same_have_found_one_violation(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "A", 1))
    changes = enter(
        store, ("R2", "A", 1), point_id="P2", inspected_at=AT + timedelta(days=2), inspector="李"
    )
    assert (changes.opened, changes.linked) == ([], ["R1/A"])
    assert store.violations().index.tolist() == ["R1/A"]
    found = store.results.of_violation("R1/A")
    assert found["inspector"].tolist() == ["张", "李"]
    assert '"distance_m": 22' in found["link_reason"].iloc[1]


def test_another_item_another_time_or_another_place_is_another_violation(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "A", 1))
    assert enter(store, ("R2", "B", 5)).opened == ["R2/B"]
    assert enter(store, ("R3", "A", 1), inspected_at=AT + timedelta(days=8)).opened == ["R3/A"]
    assert enter(store, ("R4", "A", 1), point_id="P3").opened == ["R4/A"]


def test_an_inspection_id_of_another_point_is_a_conflict(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "A", 0))
    changes = enter(store, ("R1", "B", 5), point_id="P3")
    assert changes.conflicts == [("R1/B/1", "point_id", "P1", "P3")]
    assert len(store.results.results()) == 1
    assert len(store.violations()) == 0


def test_a_photo_of_another_inspection_is_told(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "A", 1), ("R1", "B", 5), photos="aa、bb")
    changes = enter(store, ("R2", "A", 1), photos="cc、bb")
    assert changes.reused_photos == [("bb", "R2/A/1")]


def test_results_of_a_period_are_those_of_its_days(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "A", 0))
    at = AT.to_pydatetime()
    assert len(store.results.results(at, at + timedelta(days=1))) == 1
    assert store.results.results(at + timedelta(seconds=1)).empty
    assert store.results.results(None, at).empty


def test_the_import_is_in_the_log(store: Store) -> None:
    prepared(store)
    store.acting("li").results.add(frame(("R1", "A", 1)))
    last = store.audit.last("import")
    assert last is not None
    assert (last.actor, last.object) == ("li", "results")
    assert last.facts() == {"added": 1, "conflicts": 0, "opened": 1}


def photographed(store: Store, *letters: str) -> None:
    """Let photos come in."""
    for letter in letters:
        photo = Photo(letter * 64, "jpeg", 9, 4, 3, AT, (112.5, 32.8), b"\1\2")
        store.fieldwork.add_photo(photo)


def test_a_case_shows_what_the_inspection_that_found_it_photographed(store: Store) -> None:
    prepared(store)
    photos = [letter * 64 for letter in "abcd"]
    enter(store, ("R1", "A", 1), photos="、".join([photos[0], photos[1], "no hash.jpg"]))
    photographed(store, "b", "d")
    (case_id,) = store.violations().index
    give_to_a_unit(store)
    store.cases.open(case_id, Defect.CONDUCT, at=AT)
    # what has not come in yet cannot be shown
    assert store.cases.case(case_id).photos == ((photos[1], "finding"),)
    photographed(store, "a")
    notice = store.cases.notify(case_id, CLERK, OFFICE, at=AT)
    assert notice.photos == (photos[1], photos[0])
    assert store.cases.case(case_id).notice.photos == notice.photos  # type: ignore[union-attr]


def test_a_case_shows_photos_of_the_last_revision_of_all_who_found_it(store: Store) -> None:
    prepared(store)
    photographed(store, "a", "b", "c", "e")
    enter(store, ("R1", "A", 1), photos="a" * 64)
    enter(store, ("R1", "A", 2, 2), photos="b" * 64)
    later = AT + timedelta(minutes=20)
    enter(store, ("R2", "A", 1), photos="c" * 64, inspected_at=later)
    enter(store, ("R3", "A", 1), photos="e" * 64, inspected_at=later)
    enter(store, ("R3", "A", 0, 2), photos="e" * 64, inspected_at=later)
    (case_id,) = store.violations().index
    store.cases.open(case_id, Defect.CONDUCT, at=later)
    shown = [sha256[0] for sha256, _ in store.cases.case(case_id).photos]
    assert shown == ["b", "c"]


def give_to_a_unit(store: Store) -> None:
    points = store.points()
    store.replace_assignments(
        pd.DataFrame(
            {
                "district_id": None, "unit_id": "U1", "unit_name": "城管局", "status": "resolved",
                "rule": "", "also": "", "reason": "",
            },
            index=points.index,
        )
    )  # fmt: skip
