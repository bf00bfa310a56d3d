"""
The life of a violation case, as a table: which move leads where, and who may make it.

A case is found, the office notifies the unit, the unit replies with proof, the unit's leader
approves the reply, somebody who is not of the unit inspects again, and the office closes the
case (销号) or returns it with a new deadline. Whether a case is overdue follows from its
deadline and the clock, so nobody has to enter it; see `geoinspect.cases.deadlines`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from geoinspect.errors import IllegalTransitionError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class State(StrEnum):
    """Where a case stands."""

    FOUND = "found"
    NOTIFIED = "notified"
    REPLIED = "replied"
    APPROVED = "approved"
    REINSPECTED = "reinspected"
    RETURNED = "returned"
    ESCALATED = "escalated"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Act(StrEnum):
    """What is done to a case."""

    NOTIFY = "notify"
    REPLY = "reply"
    APPROVE = "approve"
    REJECT = "reject"
    REINSPECT = "reinspect"
    CLOSE = "close"
    RETURN = "return"
    ESCALATE = "escalate"
    DISMISS = "dismiss"


class Party(StrEnum):
    """In which part somebody acts."""

    OFFICE = "office"
    INSPECTOR = "inspector"
    UNIT = "unit"
    UNIT_LEADER = "unit-leader"


#: Those whom a case is held against.
OF_THE_UNIT = frozenset({Party.UNIT, Party.UNIT_LEADER})

_OFFICE = frozenset({Party.OFFICE})
_WAITING = (State.NOTIFIED, State.RETURNED, State.ESCALATED)


@dataclass(frozen=True)
class Rule:
    """
    One line of the table: from a state by an act to a state.

    Attributes
    ----------
    to
        State after the move.
    parties
        Who may make it.
    """

    to: State
    parties: frozenset[Party]


#: All moves there are.
TRANSITIONS: Mapping[tuple[State, Act], Rule] = {
    (State.FOUND, Act.NOTIFY): Rule(State.NOTIFIED, _OFFICE),
    **{(s, Act.REPLY): Rule(State.REPLIED, OF_THE_UNIT) for s in _WAITING},
    # a better reply, as long as the leader has not approved the one before
    (State.REPLIED, Act.REPLY): Rule(State.REPLIED, OF_THE_UNIT),
    (State.REPLIED, Act.APPROVE): Rule(State.APPROVED, frozenset({Party.UNIT_LEADER})),
    (State.REPLIED, Act.REJECT): Rule(State.RETURNED, frozenset({Party.UNIT_LEADER})),
    (State.APPROVED, Act.REINSPECT): Rule(
        State.REINSPECTED, frozenset({Party.OFFICE, Party.INSPECTOR})
    ),
    (State.REINSPECTED, Act.CLOSE): Rule(State.CLOSED, _OFFICE),
    (State.REINSPECTED, Act.RETURN): Rule(State.RETURNED, _OFFICE),
    **{(s, Act.ESCALATE): Rule(State.ESCALATED, _OFFICE) for s in (*_WAITING[:2], State.REPLIED)},
    **{
        (s, Act.DISMISS): Rule(State.DISMISSED, _OFFICE)
        for s in (State.FOUND, *_WAITING, State.REPLIED, State.APPROVED)
    },
}

#: Acts that need a reason.
_WITH_REASON = frozenset({Act.REJECT, Act.RETURN, Act.ESCALATE, Act.DISMISS})

#: Acts that nobody whose own unit it is may perform, whatever the part.
_NEVER_IN_OWN_CASE = frozenset({Act.NOTIFY, Act.REINSPECT, Act.CLOSE, Act.RETURN, Act.DISMISS})


@dataclass(frozen=True)
class Mover:
    """
    Who makes a move.

    Attributes
    ----------
    name
        Name of the account or the person.
    party
        In which part.
    units
        Ids of the units that the person belongs to.
    """

    name: str
    party: Party
    units: frozenset[str] = field(default=frozenset())

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("A move without a name is not taken: say who makes it.")


@dataclass(frozen=True)
class Move:
    """
    One line of a case's log, which is never changed.

    Attributes
    ----------
    number
        From 1 within the case.
    act, before, after
        What was done, and the states around it.
    at
        When, timezone-aware.
    mover
        By whom, in which part.
    reason
        Why.
    """

    number: int
    act: Act
    before: State
    after: State
    at: datetime
    mover: Mover
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """
    Where a case stands, as far as moves are concerned.

    Attributes
    ----------
    case_id
        The case.
    unit_id
        The unit that it is held against, None if nobody answers for the place.
    moves
        All moves so far, oldest first.

    Examples
    --------
    >>> Standing("V1", "U1", ()).state
    <State.FOUND: 'found'>
    """

    case_id: str
    unit_id: str | None
    moves: tuple[Move, ...]

    @property
    def state(self) -> State:
        """The state after the last move."""
        return self.moves[-1].after if self.moves else State.FOUND

    def last(self, act: Act) -> Move | None:
        """Return the newest move of a kind, None if there is none."""
        return next((move for move in reversed(self.moves) if move.act is act), None)

    @property
    def returns(self) -> int:
        """How often the case came back."""
        return sum(move.after is State.RETURNED for move in self.moves)


def next_move(
    standing: Standing, act: Act, mover: Mover, *, at: datetime, reason: str = ""
) -> Move:
    """
    Return the move that somebody may make.

    Raises
    ------
    IllegalTransitionError
        If the table has no such move from this state, somebody else must make it, it is the
        mover's own case, or the same person did the step that this one is to check.
    InputError
        If a reason is needed and missing, or `at` is before the last move.
    """
    rule = TRANSITIONS.get((standing.state, act))
    if rule is None:
        raise IllegalTransitionError(
            "Case {case_id} is {state}: the step {act} is not possible now, only {possible}.",
            case_id=standing.case_id,
            state=standing.state.value,
            act=act.value,
            possible=", ".join(possible_acts(standing.state)) or "-",
        )
    _check_party(standing, act, mover, rule)
    _check_independence(standing, act, mover)
    _check_moment(standing, at)
    if act in _WITH_REASON and not reason.strip():
        raise InputError(
            "Case {case_id}: the step {act} needs a reason; give one with --reason.",
            case_id=standing.case_id,
            act=act.value,
        )
    number = len(standing.moves) + 1
    return Move(number, act, standing.state, rule.to, at, mover, reason.strip())


def possible_acts(state: State) -> list[str]:
    """
    Name the steps that lead on from a state.

    Examples
    --------
    >>> possible_acts(State.REINSPECTED), possible_acts(State.CLOSED)
    (['close', 'return'], [])
    """
    return [act.value for before, act in TRANSITIONS if before is state]


def _check_party(standing: Standing, act: Act, mover: Mover, rule: Rule) -> None:
    """Refuse a part that the table does not name, and another unit's case."""
    if mover.party not in rule.parties:
        raise IllegalTransitionError(
            "Case {case_id}: the step {act} is for {parties}, not for {name} as {party}.",
            case_id=standing.case_id,
            act=act.value,
            parties=", ".join(sorted(rule.parties)),
            name=mover.name,
            party=mover.party.value,
        )
    foreign = mover.units and standing.unit_id not in mover.units
    if mover.party in OF_THE_UNIT and foreign:
        raise IllegalTransitionError(
            "Case {case_id} is held against the unit {unit}, to which {name} does not belong.",
            case_id=standing.case_id,
            unit=standing.unit_id or "-",
            name=mover.name,
        )


def _check_independence(standing: Standing, act: Act, mover: Mover) -> None:
    """Let no unit close its own case, and nobody approve the own reply."""
    reply = standing.last(Act.REPLY)
    if act is Act.APPROVE and reply is not None and reply.mover.name == mover.name:
        raise IllegalTransitionError(
            "Case {case_id}: {name} wrote the reply, so another person must approve it. A unit "
            "with one account needs a second one, for its leader: the security administrator "
            "adds it.",
            case_id=standing.case_id,
            name=mover.name,
        )
    own = standing.unit_id in mover.units or mover.name in _speakers_of_the_unit(standing)
    if act in _NEVER_IN_OWN_CASE and own:
        raise IllegalTransitionError(
            "Case {case_id}: {name} belongs to the unit that it is held against, so somebody "
            "else must take the step {act}.",
            case_id=standing.case_id,
            name=mover.name,
            act=act.value,
        )


def _speakers_of_the_unit(standing: Standing) -> set[str]:
    """Names of those who spoke for the unit in this case."""
    return {move.mover.name for move in standing.moves if move.mover.party in OF_THE_UNIT}


def _check_moment(standing: Standing, at: datetime) -> None:
    """Refuse a move before the one it follows: a log has one order."""
    if at.tzinfo is None:
        raise ValueError("at must be timezone-aware")
    if standing.moves and at < standing.moves[-1].at:
        raise InputError(
            "Case {case_id}: {at} is before its last step ({last}): check the date and time.",
            case_id=standing.case_id,
            at=f"{at:%Y-%m-%d %H:%M}",
            last=f"{standing.moves[-1].at:%Y-%m-%d %H:%M}",
        )
