"""
The draw of the inspectors: from a committed pool, by the seed of the routes.

Everything is SHA-256 over UTF-8 text, so that a stranger can replay it in a few lines:

    number(person)     = smallest SHA-256(seed "|inspector|" person "|" n), n = 0 .. tickets - 1
    rank(person, seat) = SHA-256(seed "|seat|" person "|" team "|" k), k = 0 .. seats - 1

Hashes compare as lower-case hexadecimal text. People come forward in the order of their
numbers. Each takes the free seat of the smallest rank among the seats without a tie. If
none is free, the taken seats are asked in the same order: a holder who can find another
seat by the same rule moves there, no seat being asked twice; if nobody can move, the
person stays out. A person has a tie to a seat if the team's route visits a point of one of
the person's units or districts.

Whoever has sat down may change the team but never loses the seat. So as many seats are
filled as any assignment could fill (the seated sets are the independent sets of a
transversal matroid: Edmonds and Fulkerson 1965), the smallest numbers sit whatever the
order of teams and rows, and no draw has to be repeated. With tickets all equal and no
ties, everybody is equally likely to sit in every seat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from geoinspect.lottery.draw import sha256_hex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

#: Tickets go from 1 to this, so that a draw cannot be made certain by a large number.
MAX_TICKETS = 8

#: More seats would make the chain of moves longer than some languages can recurse.
MAX_SEATS = 500

_Seat = tuple[str, int]


class TeamSeats(NamedTuple):
    """
    The seats of one team, and what lies on its drawn route.

    Attributes
    ----------
    team_id
        The team.
    seats
        How many inspectors it takes.
    units, districts
        Names of the responsible units and districts of the points it visits.
    """

    team_id: str
    seats: int
    units: Set[str]
    districts: Set[str]


def draw_inspectors(
    seed: str, teams: Sequence[TeamSeats], pool: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """
    Draw the inspectors of every team.

    Parameters
    ----------
    seed
        Seed of the draw, hexadecimal.
    teams
        Seats and drawn routes.
    pool
        Who is on duty: rows with `inspector_id`, `tickets` (1 to `MAX_TICKETS`), `units`
        and `districts` (names the person has a tie to). Their order plays no part.

    Returns
    -------
    drawn
        A row a team, in the order of `teams`: `team_id`, `inspector_ids` in the order of
        the seats, and `empty_seats`.

    Raises
    ------
    ValueError
        If a team or a person appears twice, or tickets or seats are out of bounds.

    Examples
    --------
    >>> pool = [
    ...     {"inspector_id": "A", "tickets": 1, "units": ["城管局"], "districts": []},
    ...     {"inspector_id": "B", "tickets": 1, "units": [], "districts": []},
    ... ]
    >>> teams = [TeamSeats("1", 1, {"教育局"}, set()), TeamSeats("2", 1, {"城管局"}, set())]
    >>> [row["inspector_ids"] for row in draw_inspectors("5eed", teams, pool)]
    [['A'], ['B']]
    """
    _check(teams, pool)
    seats = [(team.team_id, k) for team in teams for k in range(team.seats)]
    wishes = {row["inspector_id"]: _wishes(seed, row, teams) for row in pool}
    number = {row["inspector_id"]: _number(seed, row) for row in pool}
    taken: dict[_Seat, str] = {}
    closed: set[_Seat] = set()
    for person in sorted(number, key=number.__getitem__):
        if len(taken) == len(seats):
            break
        asked = closed.copy()
        if not _sit(person, wishes, taken, asked):
            closed = asked  # whoever asks there later finds no way out either
    return [_row(team, taken) for team in teams]


def is_tied(person: Mapping[str, Any], team: TeamSeats) -> bool:
    """Tell whether a person has a tie to a unit or district on a team's route."""
    return not (
        team.units.isdisjoint(person["units"]) and team.districts.isdisjoint(person["districts"])
    )


def _check(teams: Sequence[TeamSeats], pool: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what has no unique draw, or none that ends."""
    for ids in ([team.team_id for team in teams], [row["inspector_id"] for row in pool]):
        if len(set(ids)) != len(ids):
            raise ValueError(f"an id appears twice among {ids}")
    if not all(1 <= row["tickets"] <= MAX_TICKETS for row in pool):
        raise ValueError(f"tickets lie between 1 and {MAX_TICKETS}")
    if min((team.seats for team in teams), default=0) < 0:
        raise ValueError("a team cannot have fewer than 0 seats")
    if sum(team.seats for team in teams) > MAX_SEATS:
        raise ValueError(f"there are more than {MAX_SEATS} seats")


def _number(seed: str, person: Mapping[str, Any]) -> str:
    """Place of a person in the order of coming forward: the best of the tickets."""
    text = f"{seed}|inspector|{person['inspector_id']}"
    return min(sha256_hex(f"{text}|{n}") for n in range(person["tickets"]))


def _wishes(seed: str, person: Mapping[str, Any], teams: Sequence[TeamSeats]) -> list[_Seat]:
    """Seats a person may take, in the order in which the person asks for them."""
    text = f"{seed}|seat|{person['inspector_id']}"
    free = [team for team in teams if not is_tied(person, team)]
    seats = [(team.team_id, k) for team in free for k in range(team.seats)]
    return sorted(seats, key=lambda seat: sha256_hex(f"{text}|{seat[0]}|{seat[1]}"))


def _sit(
    person: str, wishes: Mapping[str, list[_Seat]], taken: dict[_Seat, str], asked: set[_Seat]
) -> bool:
    """Seat a person, moving others on where needed (Kuhn 1955); tell whether it worked."""
    for seat in sorted(wishes[person], key=taken.__contains__):  # free ones first
        if seat in asked:
            continue
        asked.add(seat)
        if seat not in taken or _sit(taken[seat], wishes, taken, asked):
            taken[seat] = person
            return True
    return False


def _row(team: TeamSeats, taken: Mapping[_Seat, str]) -> dict[str, Any]:
    """Write who goes with a team."""
    seats = [(team.team_id, k) for k in range(team.seats)]
    ids = [taken[seat] for seat in seats if seat in taken]
    return {
        "team_id": team.team_id,
        "inspector_ids": ids,
        "empty_seats": team.seats - len(ids),
    }
