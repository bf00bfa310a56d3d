"""The ledger in the database: numbered attempts, secrets that fit, records byte for byte."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from geoinspect.errors import InputError, NotFoundError
from geoinspect.ledger import Act
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.record import to_bytes

if TYPE_CHECKING:
    from geoinspect.store import Store

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
SECRETS = ["aa", "bb"]


def committed(commitment: str = "c1", day: date = MONDAY) -> dict[str, Any]:
    hashes = [sha256_hex(secret) for secret in SECRETS]
    draw = {"commitment": commitment, "secrets_sha256": hashes, "draws": []}
    return {"date": day.isoformat(), "draw": draw, "routes": []}


def drawn(*points: str, commitment: str = "c1", day: date = MONDAY) -> dict[str, Any]:
    record = committed(commitment, day)
    record["draw"]["secrets"] = SECRETS
    record["routes"] = [{"stops": [{"point_id": point_id} for point_id in points]}]
    return record


def test_the_latest_plan_is_the_binding_one_that_was_drawn_last(store: Store) -> None:
    with pytest.raises(NotFoundError, match="There is no plan yet"):
        store.latest_plan()
    store.add_plan(drawn("p1"), at=NOW)
    store.add_plan(drawn("p2", commitment="c2", day=TUESDAY), at=NOW)
    store.add_plan(drawn("p3", commitment="c3"), at=NOW, reason="flood")
    assert store.latest_plan() == to_bytes(drawn("p2", commitment="c2", day=TUESDAY))
    monday = store.ledger.binding(MONDAY)
    assert store.ledger.drawn_record(monday) == to_bytes(drawn("p1"))
    with pytest.raises(NotFoundError, match="no drawn plan of 2026-11-25"):
        store.ledger.binding(date(2026, 11, 25))


def test_points_drawn_before_a_day_come_from_binding_draws_of_earlier_days(store: Store) -> None:
    store.add_plan(drawn("p1", "p2"), at=NOW)
    store.add_plan(drawn("p3", commitment="c2"), at=NOW, reason="flood")
    store.add_plan(drawn("p4", commitment="c3", day=TUESDAY), at=NOW)
    assert store.drawn_before(MONDAY) == {}
    assert store.drawn_before(TUESDAY) == {MONDAY: {"p1", "p2"}}
    assert store.drawn_before(date(2026, 11, 25)) == {MONDAY: {"p1", "p2"}, TUESDAY: {"p4"}}


def test_a_second_plan_of_a_day_without_a_reason_is_refused_and_leaves_no_trace(
    store: Store,
) -> None:
    store.add_plan(drawn("p1"), at=NOW)
    before = store.ledger.entries()
    with pytest.raises(InputError, match="first draw of a day binds"):
        store.add_plan(drawn("p2", commitment="c2"), at=NOW)
    assert store.ledger.entries() == before


def test_secrets_wait_in_the_ledger_until_all_are_there(store: Store) -> None:
    commit = store.ledger.commit(committed(), at=NOW)
    assert store.ledger.reveals(commit).missing == [sha256_hex(s) for s in SECRETS]
    assert store.ledger.reveal(commit, ["bb"], at=NOW).secrets == (None, "bb")
    assert store.ledger.reveal(commit, ["bb"], at=NOW).missing == [sha256_hex("aa")]
    assert store.ledger.reveal(commit, ["aa"], at=NOW).secrets == ("aa", "bb")
    acts = [(entry.act, entry.part) for entry in store.ledger.entries()]
    assert acts == [(Act.COMMIT, 0), (Act.REVEAL, 2), (Act.REVEAL, 1)]


def test_a_wrong_secret_is_refused_and_not_entered(store: Store) -> None:
    commit = store.ledger.commit(committed(), at=NOW)
    with pytest.raises(InputError, match="not one of those committed to"):
        store.ledger.reveal(commit, ["aa", "cc"], at=NOW)
    assert len(store.ledger.entries()) == 1


def test_a_draw_brings_the_reveals_with_it_and_ends_the_wait(store: Store) -> None:
    commit = store.ledger.commit(committed(), at=NOW)
    assert store.ledger.pending(MONDAY) == commit
    assert store.ledger.committed(commit) == committed()
    store.ledger.reveal(commit, ["bb"], at=NOW)
    draw = store.ledger.draw(drawn("p1"), at=NOW)
    (attempt,) = store.ledger.attempts()
    assert (attempt.revealed, attempt.draws, attempt.binding) == ((1, 2), (draw,), True)
    with pytest.raises(NotFoundError, match="no commit that waits for its draw"):
        store.ledger.pending(MONDAY)
    assert store.ledger.reveals(commit).secrets == ("aa", "bb")
    assert store.ledger.reveal(commit, ["aa"], at=NOW).missing == []
    assert len(store.ledger.entries()) == 4


def test_drawing_an_attempt_again_needs_a_reason_and_is_kept_beside_the_first(
    store: Store,
) -> None:
    store.ledger.commit(committed(), at=NOW)
    first = store.ledger.draw(drawn("p1"), at=NOW)
    with pytest.raises(InputError, match="is drawn already"):
        store.ledger.draw(drawn("p2"), at=NOW)
    second = store.ledger.draw(drawn("p2"), at=NOW, reason="a public value was mistyped")
    assert store.ledger.binding(MONDAY) == first
    assert store.ledger.drawn_record(second) == to_bytes(drawn("p2"))
    assert (second.attempt, second.part) == (1, 2)


def test_a_draw_of_what_was_never_committed_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="c1 is not in the ledger"):
        store.ledger.draw(drawn("p1"), at=NOW)


def test_amendments_of_a_plan_come_back_in_order_and_none_replaces_another(store: Store) -> None:
    second, first = ({"commitment": "c1", "number": n, "date": "2026-11-23"} for n in (2, 1))
    store.ledger.add_amendment(second)
    store.ledger.add_amendment(first)
    assert store.ledger.amendments("c1") == [first, second]
    assert store.ledger.amendments("c2") == []
    with pytest.raises(IntegrityError):
        store.ledger.add_amendment(first | {"team_id": "9"})
    assert store.ledger.amendments("c1") == [first, second]


def test_times_of_the_ledger_are_utc(store: Store) -> None:
    store.ledger.commit(committed(), at=datetime.fromisoformat("2026-11-22T18:00:00+08:00"))
    assert store.ledger.entries()[0].made_at == NOW
