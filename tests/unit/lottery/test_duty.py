"""The draw of inspectors follows from seed, pool and routes, and from nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from geoinspect import inspectors
from geoinspect.lottery.duty import MAX_SEATS, MAX_TICKETS, TeamSeats, draw_inspectors

Row = dict[str, Any]


def person(key: str, *, tickets: int = 1, units: tuple = (), districts: tuple = ()) -> Row:
    return {
        "inspector_id": key,
        "name": f"姓名{key}",
        "tickets": tickets,
        "units": list(units),
        "districts": list(districts),
    }


def team(key: str, seats: int = 2, units: str = "", districts: str = "") -> TeamSeats:
    return TeamSeats(key, seats, set(units.split()), set(districts.split()))


def drawn(seed: object, teams: list[TeamSeats], pool: list[Row]) -> dict[str, list[str]]:
    return {row["team_id"]: row["inspector_ids"] for row in draw_inspectors(str(seed), teams, pool)}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


SEVEN = [person(key) for key in "ABCDEFG"]


def test_one_seat_goes_to_the_smallest_documented_number() -> None:
    pool = [person("甲", tickets=2), person("乙"), person("丙")]
    numbers = {
        "甲": min(sha("5eed|inspector|甲|0"), sha("5eed|inspector|甲|1")),
        "乙": sha("5eed|inspector|乙|0"),
        "丙": sha("5eed|inspector|丙|0"),
    }
    assert drawn("5eed", [team("1", 1)], pool) == {"1": [min(numbers, key=numbers.__getitem__)]}


def test_a_person_takes_the_seat_of_the_smallest_documented_rank() -> None:
    ranks = {key: sha(f"5eed|seat|甲|{key}|0") for key in ("1", "2", "3")}
    wanted = min(ranks, key=ranks.__getitem__)
    seats = drawn("5eed", [team(key, 1) for key in ranks], [person("甲")])
    assert [key for key, ids in seats.items() if ids] == [wanted]


def test_a_row_says_who_goes_and_how_many_are_missing() -> None:
    rows = draw_inspectors("5eed", [team("1", 3), team("2", 0)], SEVEN[:2])
    assert [row["empty_seats"] for row in rows] == [1, 0]
    assert sorted(rows[0]["inspector_ids"]) == ["A", "B"]
    assert rows[1]["inspector_ids"] == []


def test_nobody_goes_where_a_tie_is() -> None:
    pool = [person("A", units=("城管局",)), person("B", districts=("鼓楼区",)), person("C")]
    teams = [
        team("1", 1, "城管局", "玄武区"),
        team("2", 1, "教育局", "鼓楼区"),
        team("3", 1, "城管局", "鼓楼区"),
    ]
    for seed in range(50):
        seats = drawn(seed, teams, pool)
        assert seats == {"1": ["B"], "2": ["A"], "3": ["C"]}


def test_a_unit_and_a_district_of_one_name_are_two_things() -> None:
    pool = [person("A", units=("鼓楼区",))]
    assert drawn("5eed", [team("1", 1, "教育局", "鼓楼区")], pool) == {"1": ["A"]}


def test_who_sits_is_moved_on_rather_than_a_seat_left_empty() -> None:
    everywhere, only_first = person("A", tickets=8), person("B", units=("城管局",))
    teams = [team("1", 1, "教育局"), team("2", 1, "城管局")]
    for seed in range(100):
        assert drawn(seed, teams, [everywhere, only_first]) == {"1": ["B"], "2": ["A"]}


def test_the_order_of_teams_people_and_ties_plays_no_part() -> None:
    pool = [*SEVEN, person("H", units=("城管局", "教育局"))]
    teams = [team("1", 2, "城管局"), team("2", 2), team("3", 1, "教育局")]
    turned = [*pool[::-1][1:], person("H", units=("教育局", "城管局"))]
    for seed in range(30):
        assert drawn(seed, teams, pool) == drawn(seed, teams[::-1], turned)


def test_a_name_changes_nothing_and_an_id_or_a_ticket_may_change_everything() -> None:
    teams = [team("1"), team("2")]
    renamed = [row | {"name": "别名"} for row in SEVEN]
    retitled = [person("Z"), *SEVEN[1:]]
    favoured = [person("A", tickets=8), *SEVEN[1:]]
    before = [drawn(seed, teams, SEVEN) for seed in range(100)]
    assert [drawn(seed, teams, renamed) for seed in range(100)] == before
    assert [drawn(seed, teams, retitled) for seed in range(100)] != before
    assert [drawn(seed, teams, favoured) for seed in range(100)] != before


def test_with_equal_tickets_everybody_sits_everywhere_equally_often() -> None:
    n, counts, pairs = 4200, Counter(), Counter()
    for seed in range(n):
        for key, ids in drawn(seed, [team("1"), team("2")], SEVEN).items():
            counts.update((key, place, who) for place, who in enumerate(ids))
            pairs[frozenset(ids)] += 1
    # 28 chances of 1/7 and 21 couples of 2/21: standard errors of 22.7 and 19.0
    assert [
        counts[key, place, who["inspector_id"]] for key in "12" for place in (0, 1) for who in SEVEN
    ] == (pytest.approx([n / 7] * 28, abs=4 * 22.7))
    couples = [frozenset(couple) for couple in combinations("ABCDEFG", 2)]
    assert [pairs[couple] for couple in couples] == pytest.approx([n * 2 / 21] * 21, abs=4 * 19.0)


def test_the_chance_of_a_single_seat_is_proportional_to_the_tickets() -> None:
    n = 3000
    pool = [person(key, tickets=t) for key, t in (("A", 1), ("B", 2), ("C", 4), ("D", 8))]
    counts = Counter(drawn(seed, [team("1", 1)], pool)["1"][0] for seed in range(n))
    for key, share in (("A", 1 / 15), ("B", 2 / 15), ("C", 4 / 15), ("D", 8 / 15)):
        assert counts[key] == pytest.approx(n * share, abs=4 * (n * share * (1 - share)) ** 0.5)


def test_teams_at_the_end_of_the_list_do_not_get_the_leftovers() -> None:
    n, first, last = 2000, 0, 0
    pool = [person("new", tickets=8), *(person(str(i)) for i in range(9))]
    for seed in range(n):
        seats = drawn(seed, [team(key) for key in "12345"], pool[:10])
        first += "new" in seats["1"]
        last += "new" in seats["5"]
    # ten people for ten seats: one chance in five each
    assert [first, last] == pytest.approx([n / 5, n / 5], abs=4 * (n * 0.16) ** 0.5)


def test_the_roster_gives_as_many_tickets_as_the_draw_takes() -> None:
    assert inspectors.tickets(0, 30) == MAX_TICKETS
    assert inspectors.tickets(30, 30) == 1


@pytest.mark.parametrize(
    ("teams", "pool", "said"),
    [
        ([team("1"), team("1")], SEVEN, "appears twice"),
        ([team("1")], [*SEVEN, SEVEN[0]], "appears twice"),
        ([team("1")], [person("A", tickets=0)], "tickets"),
        ([team("1")], [person("A", tickets=MAX_TICKETS + 1)], "tickets"),
        ([team("1", -1)], SEVEN, "fewer than 0"),
        ([team("1", MAX_SEATS), team("2", 1)], SEVEN, "more than"),
    ],
)
def test_what_has_no_single_draw_is_refused(teams: list, pool: list, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw_inspectors("5eed", teams, pool)


def test_a_full_house_of_the_largest_size_is_drawn() -> None:
    pool = [person(str(i), units=(f"U{i % 5}",)) for i in range(MAX_SEATS)]
    teams = [team(str(t), 2, f"U{t % 5}") for t in range(MAX_SEATS // 2)]
    rows = draw_inspectors("5eed", teams, pool)
    assert sum(row["empty_seats"] for row in rows) == 0
