"""Tickets are tied to one case each, masked for all but those whose role lets them read."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import select

from geoinspect.errors import ForbiddenError, NotFoundError
from geoinspect.geometry import WGS84
from geoinspect.people.actor import LOCAL_ACTOR, Actor
from geoinspect.people.roles import Role
from geoinspect.sealing import Keyring
from geoinspect.store import Store, restore_backup, tables, write_backup
from geoinspect.tickets import Location

from .test_results import AT, enter, prepared

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.store.tickets import TicketChanges

KEY = Keyring.from_environment(
    {"GEOINSPECT_SEAL_KEY": f"k1:{b64encode(bytes(range(32))).decode()}"}
)


def located(*rows: tuple[str, str, float | None], days: float = 0.0) -> gpd.GeoDataFrame:
    """Tickets (id, text, latitude) as they come from locating."""
    shapes = [None if lat is None else shapely.Point(112.5, lat) for _, _, lat in rows]
    place = Location(None, None, 0.0, "nothing")
    return gpd.GeoDataFrame(
        {
            "source": "12345",
            "received_at": AT + timedelta(days=days),
            "item": "市政设施",
            "description": [text for _, text, _ in rows],
            "place": "",
            "point_id": pd.Series([None] * len(rows), dtype=object).to_numpy(),
            "confidence": [0.0 if shape is None else 0.9 for shape in shapes],
            "evidence": place.evidence(),
            "source_row": 2,
        },
        index=pd.Index([key for key, _, _ in rows], name="ticket_id"),
        geometry=gpd.GeoSeries(shapes, index=[key for key, _, _ in rows], crs=WGS84),
        crs=WGS84,
    )


def merge(store: Store, *rows: tuple[str, str, float | None], days: float = 0) -> TicketChanges:
    return store.tickets.merge(located(*rows, days=days), source_file="t.csv")


def test_a_ticket_that_is_located_becomes_a_case_and_another_of_the_matter_is_linked(
    store: Store,
) -> None:
    changes = merge(
        store, ("T1", "路灯不亮", 32.8), ("T2", "路灯坏了", 32.8003), ("T3", "井盖", 32.8)
    )
    assert changes.opened == ["12345-T1", "12345-T3"]
    assert [(ticket, case) for ticket, case, _ in changes.linked] == [("T2", "12345-T1")]
    assert store.tickets.of_case("12345-T1") == ["T1", "T2"]
    assert store.violations()["source"].tolist() == ["12345", "12345"]


def test_what_an_inspection_found_and_the_hotline_reports_counts_once(store: Store) -> None:
    prepared(store)
    enter(store, ("R1", "A", 1))
    changes = merge(store, ("T1", "路灯不亮", 32.8001), days=1)
    assert [(ticket, case) for ticket, case, _ in changes.linked] == [("T1", "R1/A")]
    assert store.violations().index.tolist() == ["R1/A"]
    assert store.violations()["source"].tolist() == ["route"]
    assert store.tickets.of_case("R1/A") == ["T1"]


def test_what_the_hotline_reported_and_an_inspection_finds_counts_once_too(store: Store) -> None:
    prepared(store)
    merge(store, ("T1", "路灯不亮", 32.8001))
    changes = enter(store, ("R1", "A", 1))
    assert (changes.opened, changes.linked) == ([], ["12345-T1"])
    assert len(store.violations()) == 1


def test_a_ticket_without_a_place_waits_and_is_tied_once_it_has_one(store: Store) -> None:
    assert merge(store, ("T1", "路灯不亮", None)).unlocated == ["T1"]
    assert store.violations().empty
    changes = merge(store, ("T1", "路灯不亮", 32.8))
    assert (changes.updated, changes.opened) == (1, ["12345-T1"])


def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    rows = (("T1", "路灯不亮", 32.8), ("T2", "哪里", None))
    merge(store, *rows)
    again = merge(store, *rows)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    assert again.unlocated == ["T2"]
    assert len(store.violations()) == 1


def test_a_ticket_whose_text_changes_keeps_its_case(store: Store) -> None:
    merge(store, ("T1", "路灯不亮", 32.8))
    changes = merge(store, ("T1", "路灯不亮，已催办", 32.9))
    assert (changes.updated, changes.opened) == (1, [])
    tickets = store.tickets.tickets()
    assert tickets["violation_id"].tolist() == ["12345-T1"]
    assert tickets["description"].tolist() == ["路灯不亮，已催办"]


def keep_original(store: Store) -> None:
    store.tickets.merge(
        located(("T1", "路灯不亮", None)), source_file="t.csv", originals={"T1": {"来电人": "张三"}}
    )


def test_what_was_masked_is_read_by_role_only_and_the_log_says_by_whom(store: Store) -> None:
    keep_original(store)
    for role in set(Role) - {Role.SUPERVISOR}:
        with pytest.raises(ForbiddenError):
            store.tickets.original("T1", Actor("x", "x", role))
    assert store.audit.last("ticket.original") is None
    reader = Actor("wang", "王", Role.SUPERVISOR)
    assert store.tickets.original("T1", reader) == {"来电人": "张三"}
    read = store.audit.last("ticket.original")
    assert read is not None
    assert (read.object, read.facts()) == ("T1", {"user": "wang"})
    with pytest.raises(NotFoundError, match="'T2'"):
        store.tickets.original("T2", LOCAL_ACTOR)


def test_nothing_that_was_masked_is_in_what_other_readers_get(store: Store) -> None:
    keep_original(store)
    assert "张三" not in store.tickets.tickets().to_csv()
    assert "张三" not in store.violations().to_csv()


def test_with_a_key_what_was_masked_is_sealed_in_the_database(store: Store) -> None:
    assert KEY is not None
    sealing = store.acting("li", KEY)
    keep_original(sealing)
    with store.engine.connect() as connection:
        content = connection.scalar(select(tables.ticket_originals.c.content))
    assert content is not None
    assert content.startswith("sealed:")
    assert sealing.tickets.original("T1", LOCAL_ACTOR) == {"来电人": "张三"}


def test_what_was_kept_before_there_was_a_key_is_sealed_with_the_rest(store: Store) -> None:
    keep_original(store)
    sealing = store.acting("li", KEY)
    assert sealing.ledger.reseal() == 1
    with store.engine.connect() as connection:
        content = connection.scalar(select(tables.ticket_originals.c.content))
    assert content is not None
    assert content.startswith("sealed:")
    assert sealing.tickets.original("T1", LOCAL_ACTOR) == {"来电人": "张三"}
    assert sealing.ledger.reseal() == 0


def test_a_backup_holds_all_of_it(store: Store, tmp_path: Path) -> None:
    prepared(store)
    enter(store, ("R1", "A", 1))
    keep_original(store)
    write_backup(store, tmp_path / "backup", at=AT.to_pydatetime())
    restore_backup(tmp_path / "again.db", tmp_path / "backup")
    again = Store.open(tmp_path / "again.db")
    assert again.checklists.all() == store.checklists.all()
    pd.testing.assert_frame_equal(again.results.results(), store.results.results())
    assert again.tickets.original("T1", LOCAL_ACTOR) == {"来电人": "张三"}
    again.close()
