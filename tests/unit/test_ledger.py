"""The first draw of a day binds, whatever comes later; the rest has to be explained."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from geoinspect.errors import InputError
from geoinspect.ledger import (
    Act,
    Entry,
    attempts_of,
    reason_to_commit,
    reason_to_draw,
    repeats_of_month,
    unrevealed,
)

DAY = date(2026, 11, 23)
CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def entry(number: int, attempt: int, act: Act, *, part: int = 0, reason: str = "") -> Entry:
    return Entry(number, DAY, attempt, act, part, f"hash {attempt}", reason, NOW)


COMMIT = entry(1, 1, Act.COMMIT)
AGAIN = entry(2, 2, Act.COMMIT, reason="an office lost its secret")


def test_the_first_draw_of_a_day_binds_even_if_it_is_of_the_second_attempt() -> None:
    entries = [COMMIT, AGAIN, entry(3, 2, Act.DRAW, part=1), entry(4, 1, Act.DRAW, part=1)]
    first, second = attempts_of(entries)
    assert (first.binding, second.binding) == (False, True)
    assert second.reason == "an office lost its secret"


def test_the_order_of_the_entries_plays_no_part() -> None:
    entries = [COMMIT, AGAIN, entry(3, 2, Act.REVEAL, part=1), entry(4, 2, Act.DRAW, part=1)]
    assert attempts_of(entries) == attempts_of(entries[::-1])
    assert attempts_of(entries)[1].revealed == (1,)


def test_the_first_commit_of_a_day_needs_no_reason_and_the_second_does() -> None:
    assert reason_to_commit([], DAY, "") == ""
    assert reason_to_commit([COMMIT], date(2026, 11, 24), "") == ""
    with pytest.raises(InputError, match="say why with --reason"):
        reason_to_commit([COMMIT], DAY, "  ")
    assert reason_to_commit([COMMIT], DAY, " flood ") == "flood"


def test_a_redraw_needs_a_reason_and_takes_that_of_its_commit() -> None:
    drawn = [COMMIT, AGAIN, entry(3, 1, Act.DRAW, part=1)]
    with pytest.raises(InputError, match="is drawn already"):
        reason_to_draw(drawn, COMMIT, "")
    assert reason_to_draw(drawn, AGAIN, "") == "an office lost its secret"
    assert reason_to_draw(drawn, AGAIN, "flood") == "flood"
    assert reason_to_draw([COMMIT, AGAIN], AGAIN, "") == ""
    assert reason_to_draw([COMMIT], COMMIT, " late ") == "late"


def test_a_commit_never_drawn_is_a_violation_from_the_end_of_its_day_in_the_city() -> None:
    attempts = attempts_of([COMMIT, AGAIN, entry(3, 2, Act.DRAW, part=1)])
    evening = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert unrevealed(attempts, now=evening, timezone=CITY) == []
    assert unrevealed(attempts, now=midnight, timezone=CITY) == attempts[:1]


def test_commits_and_draws_that_are_not_the_first_of_their_day_are_counted_by_month() -> None:
    redraw = entry(5, 2, Act.DRAW, part=2, reason="a test")
    entries = [COMMIT, AGAIN, entry(3, 1, Act.DRAW, part=1), entry(4, 2, Act.DRAW, part=1), redraw]
    assert repeats_of_month(attempts_of([COMMIT, entry(3, 1, Act.DRAW, part=1)]), DAY) == 0
    # the second commit, and the second draw of it
    assert repeats_of_month(attempts_of(entries), date(2026, 11, 1)) == 2
    assert repeats_of_month(attempts_of(entries), date(2026, 12, 1)) == 0
