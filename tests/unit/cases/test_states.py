"""Cases move as the table says: who may do what from where, and nobody closes the own case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from geoinspect.cases import (
    TRANSITIONS,
    Act,
    Move,
    Mover,
    Party,
    Standing,
    State,
    next_move,
    possible_acts,
)
from geoinspect.cases.states import OF_THE_UNIT
from geoinspect.errors import IllegalTransitionError, InputError, WorkflowError

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
U1 = frozenset({"U1"})
PEOPLE = {
    Party.OFFICE: Mover("李四", Party.OFFICE),
    Party.INSPECTOR: Mover("钱七", Party.INSPECTOR),
    Party.UNIT: Mover("王五", Party.UNIT, U1),
    Party.UNIT_LEADER: Mover("赵六", Party.UNIT_LEADER, U1),
}


def standing(*moves: tuple[Act, Mover | Party], unit: str = "U1") -> Standing:
    """A case after some moves, an hour apart."""
    now = Standing("V1", unit, ())
    for k, (act, who) in enumerate(moves):
        mover = who if isinstance(who, Mover) else PEOPLE[who]
        move = next_move(now, act, mover, at=NOW + timedelta(hours=k), reason="because")
        now = Standing("V1", unit, (*now.moves, move))
    return now


NOTICED = ((Act.NOTIFY, Party.OFFICE),)
REPLIED = (*NOTICED, (Act.REPLY, Party.UNIT))
APPROVED = (*REPLIED, (Act.APPROVE, Party.UNIT_LEADER))
SEEN = (*APPROVED, (Act.REINSPECT, Party.INSPECTOR))
LATER = NOW + timedelta(days=1)


def in_state(state: State) -> Standing:
    """A case of U1 that has come to a state, by somebody not among `PEOPLE`."""
    move = Move(1, Act.NOTIFY, State.FOUND, state, NOW, Mover("孙八", Party.OFFICE))
    return Standing("V1", "U1", () if state is State.FOUND else (move,))


def test_a_case_goes_from_finding_to_closing() -> None:
    closed = standing(*SEEN, (Act.CLOSE, Party.OFFICE))
    assert [move.after for move in closed.moves] == [
        State.NOTIFIED, State.REPLIED, State.APPROVED, State.REINSPECTED, State.CLOSED,
    ]  # fmt: skip
    assert [move.number for move in closed.moves] == [1, 2, 3, 4, 5]
    assert closed.last(Act.APPROVE).mover.name == "赵六"  # type: ignore[union-attr]


@pytest.mark.parametrize(("state", "act", "party"), list(product(State, Act, Party)))
def test_only_moves_of_the_table_are_made(state: State, act: Act, party: Party) -> None:
    rule = TRANSITIONS.get((state, act))
    if rule is not None and party in rule.parties:
        move = next_move(in_state(state), act, PEOPLE[party], at=LATER, reason="because")
        assert (move.before, move.after) == (state, rule.to)
        return
    with pytest.raises(IllegalTransitionError) as refused:
        next_move(in_state(state), act, PEOPLE[party], at=LATER, reason="because")
    assert refused.value.data["case_id"] == "V1"
    assert isinstance(refused.value, WorkflowError)


def test_no_line_of_the_table_lets_a_unit_close_return_or_dismiss() -> None:
    ending = {Act.CLOSE, Act.RETURN, Act.DISMISS, Act.REINSPECT, Act.NOTIFY, Act.ESCALATE}
    for (_, act), rule in TRANSITIONS.items():
        assert act not in ending or not rule.parties & OF_THE_UNIT


def test_final_states_lead_nowhere_and_all_others_lead_on() -> None:
    assert {state for state in State if not possible_acts(state)} == {
        State.CLOSED, State.DISMISSED,
    }  # fmt: skip


def test_somebody_of_the_unit_does_not_close_its_case_under_another_hat() -> None:
    of_the_unit = Mover("王五", Party.OFFICE, frozenset({"U1"}))
    with pytest.raises(IllegalTransitionError, match="belongs to the unit"):
        next_move(standing(*SEEN), Act.CLOSE, of_the_unit, at=LATER)
    who_replied = Mover("王五", Party.INSPECTOR)
    with pytest.raises(IllegalTransitionError, match="belongs to the unit"):
        next_move(standing(*APPROVED), Act.REINSPECT, who_replied, at=LATER)


def test_nobody_approves_the_own_reply_and_no_unit_answers_for_another() -> None:
    with pytest.raises(IllegalTransitionError, match="another person must approve"):
        next_move(standing(*REPLIED), Act.APPROVE, Mover("王五", Party.UNIT_LEADER), at=LATER)
    stranger = Mover("周九", Party.UNIT, frozenset({"U2"}))
    with pytest.raises(IllegalTransitionError, match="held against the unit U1"):
        next_move(standing(*NOTICED), Act.REPLY, stranger, at=LATER)


@pytest.mark.parametrize("act", [Act.ESCALATE, Act.DISMISS])
def test_what_goes_against_somebody_needs_a_reason(act: Act) -> None:
    with pytest.raises(InputError, match="needs a reason"):
        next_move(standing(*NOTICED), act, PEOPLE[Party.OFFICE], at=LATER, reason="  ")


def test_a_move_before_the_last_one_or_by_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="is before its last step"):
        next_move(standing(*NOTICED), Act.REPLY, PEOPLE[Party.UNIT], at=NOW - timedelta(hours=1))
    with pytest.raises(InputError, match="without a name"):
        Mover(" ", Party.OFFICE)
    with pytest.raises(ValueError, match="timezone-aware"):
        next_move(standing(), Act.NOTIFY, PEOPLE[Party.OFFICE], at=datetime(2026, 11, 23))


def test_returns_are_counted_whoever_sent_the_case_back() -> None:
    once = (*SEEN, (Act.RETURN, Party.OFFICE))
    twice = (*once, (Act.REPLY, Party.UNIT), (Act.REJECT, Party.UNIT_LEADER))
    assert (standing(*SEEN).returns, standing(*once).returns, standing(*twice).returns) == (0, 1, 2)
