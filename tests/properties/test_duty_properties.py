"""Whatever the pool: no tie is broken, nobody goes twice, and no seat stays empty needlessly."""

from __future__ import annotations

import hashlib
from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.lottery.duty import MAX_TICKETS, TeamSeats, draw_inspectors, is_tied
from geoinspect.lottery.shortage import shortages

Pool = list[dict[str, Any]]
Teams = list[TeamSeats]

names = st.sets(st.sampled_from(["甲", "乙", "丙", "丁"]), max_size=2)
people = st.fixed_dictionaries(
    {
        "tickets": st.integers(1, MAX_TICKETS),
        "units": names.map(sorted),
        "districts": names.map(sorted),
    }
)
pools = st.lists(people, max_size=9).map(
    lambda rows: [{"inspector_id": f"I{i}", **row} for i, row in enumerate(rows)]
)
teams_of_a_day = st.lists(st.tuples(st.integers(0, 3), names, names), max_size=5).map(
    lambda rows: [TeamSeats(f"T{i}", *row) for i, row in enumerate(rows)]
)
seeds = st.integers(0, 2**64).map(lambda number: f"{number:x}")
days = settings(max_examples=300, deadline=None)


def most_seats(teams: Teams, pool: Pool) -> int:
    """How many seats any assignment can fill, as a maximum flow."""
    graph = nx.DiGraph()
    graph.add_nodes_from(("from", "to"))
    for person in pool:
        graph.add_edge("from", person["inspector_id"], capacity=1)
        for team in teams:
            if not is_tied(person, team):
                graph.add_edge(person["inspector_id"], team.team_id, capacity=1)
    for team in teams:
        graph.add_edge(team.team_id, "to", capacity=team.seats)
    return nx.maximum_flow_value(graph, "from", "to")


def replayed(seed: str, teams: Teams, pool: Pool) -> list[list[str]]:
    """The documented rule as a stranger would write it down."""

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    def tied(who: dict[str, Any], team: TeamSeats) -> bool:
        return any(unit in team.units for unit in who["units"]) or any(
            district in team.districts for district in who["districts"]
        )

    taken: dict[tuple[str, int], str] = {}
    number, wish = {}, {}
    for p in pool:
        i = p["inspector_id"]
        number[i] = min(sha(f"{seed}|inspector|{i}|{n}") for n in range(p["tickets"]))
        seats = [(t.team_id, k) for t in teams for k in range(t.seats) if not tied(p, t)]
        rank = {s: sha(f"{seed}|seat|{i}|{s[0]}|{s[1]}") for s in seats}
        wish[i] = sorted(seats, key=rank.__getitem__)

    def sit(i: str, asked: set[tuple[str, int]]) -> bool:
        order = [s for s in wish[i] if s not in taken] + [s for s in wish[i] if s in taken]
        for s in order:
            if s not in asked:
                asked.add(s)
                if s not in taken or sit(taken[s], asked):
                    taken[s] = i
                    return True
        return False

    for i in sorted(number, key=number.__getitem__):
        sit(i, set())
    return [[taken[t.team_id, k] for k in range(t.seats) if (t.team_id, k) in taken] for t in teams]


@days
@given(seeds, teams_of_a_day, pools)
def test_no_tie_is_broken_and_nobody_goes_twice(seed: str, teams: Teams, pool: Pool) -> None:
    by_id = {person["inspector_id"]: person for person in pool}
    rows = draw_inspectors(seed, teams, pool)
    drawn = [who for row in rows for who in row["inspector_ids"]]
    assert len(set(drawn)) == len(drawn)
    for team, row in zip(teams, rows, strict=True):
        assert row["team_id"] == team.team_id
        assert len(row["inspector_ids"]) + row["empty_seats"] == team.seats
        assert not any(is_tied(by_id[who], team) for who in row["inspector_ids"])


@days
@given(seeds, teams_of_a_day, pools)
def test_no_seat_stays_empty_that_any_assignment_could_fill(
    seed: str, teams: Teams, pool: Pool
) -> None:
    rows = draw_inspectors(seed, teams, pool)
    assert sum(len(row["inspector_ids"]) for row in rows) == most_seats(teams, pool)


@days
@given(seeds, teams_of_a_day, pools)
def test_a_stranger_who_reads_the_rule_draws_the_same(seed: str, teams: Teams, pool: Pool) -> None:
    rows = draw_inspectors(seed, teams, pool)
    assert [row["inspector_ids"] for row in rows] == replayed(seed, teams, pool)


@days
@given(seeds, teams_of_a_day, pools)
def test_shortages_foretell_exactly_the_seats_that_stay_empty(
    seed: str, teams: Teams, pool: Pool
) -> None:
    rows = draw_inspectors(seed, teams, pool)
    empty = {row["team_id"]: row["empty_seats"] for row in rows if row["empty_seats"]}
    found = shortages(teams, pool)
    named = [key for shortage in found for key in shortage.team_ids]
    assert len(set(named)) == len(named)
    assert empty.keys() <= set(named)
    assert all(shortage.seats > shortage.free for shortage in found)
    assert sum(shortage.seats - shortage.free for shortage in found) == sum(empty.values())


@days
@given(seeds, teams_of_a_day, pools, st.data())
def test_who_sits_still_sits_with_more_tickets(
    seed: str, teams: Teams, pool: Pool, data: st.DataObject
) -> None:
    drawn = {who for row in draw_inspectors(seed, teams, pool) for who in row["inspector_ids"]}
    if not drawn:
        return
    lucky = data.draw(st.sampled_from(sorted(drawn)))
    more = [row | {"tickets": MAX_TICKETS} if row["inspector_id"] == lucky else row for row in pool]
    again = {who for row in draw_inspectors(seed, teams, more) for who in row["inspector_ids"]}
    assert lucky in again
