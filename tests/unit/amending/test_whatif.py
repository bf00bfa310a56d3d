"""A stop stays where the draw has put it; what is told against a move is true of the roads."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.amending.amend import amend
from geoinspect.amending.whatif import Answer, Move, what_if
from geoinspect.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork

Record = dict[str, Any]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def plan(tinytown_plan: Record) -> Record:
    return copy.deepcopy(tinytown_plan)


class Desk:
    """Somebody who asks, before the first stop of the day."""

    def __init__(self, plan: Record, network: RoadNetwork) -> None:
        self.plan, self.network = plan, network
        self.own, self.other = plan["routes"][:2]
        self.last = self.own["stops"][-1]
        self.before = moment(plan["teams"][0]["shift"]["start"]) - timedelta(minutes=5)

    def ask(
        self, position: int, to: Record | None = None, stop: Record | None = None,
        at: datetime | None = None, amendments: tuple[Record, ...] = (),
    ) -> Answer:  # fmt: skip
        to, stop = to or self.own, stop or self.last
        move = Move(self.own["team_id"], stop["point_id"], to["team_id"], position)
        return what_if(self.plan, amendments, self.network, move, at or self.before)


@pytest.fixture
def desk(plan: Record, tinytown_network: RoadNetwork) -> Desk:
    return Desk(plan, tinytown_network)


def codes(answer: Answer) -> list[str]:
    return [each.code for each in answer.obstacles]


def test_the_draw_binds_whatever_else_is_true(desk: Desk) -> None:
    answer = desk.ask(1)
    assert codes(answer)[0] == "DRAW_BINDS"
    (effect,) = answer.effects
    assert effect.team_id == desk.own["team_id"]
    assert effect.back_before == moment(desk.own["return"])


def test_a_move_there_and_back_gives_the_times_of_the_timetable(
    desk: Desk, plan: Record, tinytown_network: RoadNetwork
) -> None:
    # the route with two neighbours swapped, asked to swap them again, is the drawn one
    order = desk.own["stops"]
    order[0], order[1] = order[1], order[0]
    move = Move(desk.own["team_id"], order[0]["point_id"], desk.own["team_id"], 2)
    (effect,) = what_if(plan, (), tinytown_network, move, desk.before).effects
    assert effect.back == moment(desk.own["return"])
    assert effect.travel_s == pytest.approx(desk.own["travel_s"])


def test_a_longer_day_is_told_with_the_minutes_beyond_the_shift(desk: Desk, plan: Record) -> None:
    back = moment(desk.other["return"])
    other = next(t for t in plan["teams"] if t["team_id"] == desk.other["team_id"])
    other["shift"]["end"] = back.isoformat()
    answer = desk.ask(1, to=desk.other)
    found = next(each for each in answer.obstacles if each.code == "SHIFT_OVERRUN")
    effect = answer.effects[1]
    assert found.late_s == effect.overrun_s == (effect.back - back).total_seconds()
    # a visit of twelve minutes more, and the way there
    assert found.late_s > 720
    assert f"{back:%H:%M}" in found.remark.render()


def test_opening_hours_that_are_missed_are_told_with_the_minutes(desk: Desk, plan: Record) -> None:
    first = desk.own["stops"][0]
    leaves = moment(first["departure"])
    point = next(p for p in plan["points"] if p["point_id"] == first["point_id"])
    point["opening"] = [[moment(first["arrival"]).isoformat(), leaves.isoformat()]]
    answer = desk.ask(len(desk.own["stops"]), stop=first)
    found = next(each for each in answer.obstacles if each.code == "CLOSED")
    assert found.late_s is not None
    assert found.late_s > 0
    assert f"{leaves:%H:%M}" in found.remark.render()


def test_an_inspector_who_is_kept_away_is_named(desk: Desk, plan: Record) -> None:
    point = next(p for p in plan["points"] if p["point_id"] == desk.last["point_id"])
    drawn = next(r for r in plan["draw"]["inspectors"] if r["team_id"] == desk.other["team_id"])
    person = next(r for r in plan["inspectors"] if r["inspector_id"] == drawn["inspector_ids"][0])
    assert "TIE" not in codes(desk.ask(1, to=desk.other))
    person["units"] = [point["unit"]]
    found = next(e for e in desk.ask(1, to=desk.other).obstacles if e.code == "TIE")
    assert person["name"] in found.remark.render()
    # within its own team the stop is as far from everybody as before
    assert "TIE" not in codes(desk.ask(1))


def test_what_is_over_does_not_move_and_nothing_goes_before_it(desk: Desk) -> None:
    first = desk.own["stops"][0]
    at = moment(first["arrival"]) + timedelta(minutes=1)
    over = desk.ask(2, stop=first, at=at)
    assert codes(over) == ["DRAW_BINDS", "REACHED"]
    assert over.effects == ()
    assert codes(desk.ask(1, at=at)) == ["DRAW_BINDS", "TOO_EARLY"]


def test_a_team_that_broke_down_visits_nothing_more(desk: Desk, plan: Record) -> None:
    at = moment(desk.other["stops"][0]["arrival"]) + timedelta(minutes=1)
    event = {"kind": "breakdown"}
    amendment = amend(
        plan, [], desk.network, team_id=desk.other["team_id"], at=at, event=event, made_at=at
    )
    answer = desk.ask(9, to=desk.other, at=desk.before, amendments=(amendment,))
    assert codes(answer) == ["DRAW_BINDS", "BROKEN_DOWN"]


def test_asking_changes_nothing(desk: Desk, tinytown_plan: Record) -> None:
    desk.ask(1, to=desk.other)
    assert desk.plan == tinytown_plan


def test_an_unknown_team_and_the_same_place_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="no team 9"):
        desk.ask(1, to={"team_id": "9"})
    with pytest.raises(InputError, match="already"):
        desk.ask(len(desk.own["stops"]))
