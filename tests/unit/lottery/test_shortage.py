"""Empty seats are explained before anything is drawn: which teams, how many, tied to what."""

from __future__ import annotations

from geoinspect.lottery.duty import TeamSeats
from geoinspect.lottery.shortage import shortages
from geoinspect.messages import translator


def pool(*units: str) -> list[dict[str, object]]:
    return [
        {"inspector_id": str(i), "tickets": 1, "units": text.split(), "districts": []}
        for i, text in enumerate(units)
    ]


def team(key: str, seats: int, *units: str) -> TeamSeats:
    return TeamSeats(key, seats, set(units), set())


def test_a_full_pool_has_no_shortage() -> None:
    assert shortages([team("1", 2, "城管局"), team("2", 2)], pool("", "", "城管局", "")) == []


def test_no_teams_and_no_seats_need_nobody() -> None:
    assert shortages([], pool("")) == []
    assert shortages([team("1", 0)], []) == []


def test_a_team_is_named_with_those_who_are_tied() -> None:
    on_duty = pool("城管局", "城管局 教育局", "", "卫健委")
    [found] = shortages([team("1", 1), team("3", 3, "城管局", "教育局")], on_duty)
    assert (found.team_ids, found.seats, found.free, found.on_duty) == (("3",), 3, 2, 4)
    assert found.tied_to == (("城管局", 2), ("教育局", 1))


def test_districts_count_as_units_do() -> None:
    people = [{"inspector_id": "A", "tickets": 1, "units": [], "districts": ["鼓楼区"]}]
    [found] = shortages([TeamSeats("1", 1, set(), {"鼓楼区"})], people)
    assert found.tied_to == (("鼓楼区", 1),)


def test_teams_that_compete_for_the_same_people_are_named_together() -> None:
    teams = [team("1", 1, "甲"), team("2", 1, "甲"), team("3", 1)]
    [found] = shortages(teams, pool("甲", "甲", ""))
    assert (found.team_ids, found.seats, found.free) == (("1", "2"), 2, 1)


def test_two_shortages_that_have_nothing_to_do_with_each_other_are_two() -> None:
    teams = [team("1", 2, "甲"), team("2", 2, "乙")]
    found = shortages(teams, pool("乙", "甲"))
    assert [shortage.team_ids for shortage in found] == [("1",), ("2",)]


def test_too_few_people_are_no_matter_of_ties() -> None:
    [found] = shortages([team("1", 2), team("2", 2, "甲")], pool("甲", "", ""))
    assert found.team_ids == ("1", "2")
    assert (found.seats, found.free, found.tied_to) == (4, 3, ())
    assert "4 inspectors are needed, 3 are on duty" in str(found.explain())


def test_the_explanation_is_a_sentence_in_both_languages() -> None:
    [found] = shortages([team("3", 2, "城管局")], pool("城管局", "城管局", ""))
    said = found.explain()
    assert "of 3 on duty only 1 have no tie to the route (ties: 城管局 2)" in str(said)
    assert "在岗 3 人中只有 1 人与路线无利害关系（须回避：城管局 2）" in said.render(
        translator("zh")
    )


def test_an_empty_pool_is_explained() -> None:
    [found] = shortages([team("1", 2)], [])
    assert (found.free, found.on_duty) == (0, 0)
