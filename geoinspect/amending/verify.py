"""
Check the amendments of a plan: the chain, the stops, and that the rule dropped what it had to.

Nothing but the records is needed. Travel times of a changed road network are taken from the
amendment, as those of a plan are taken from its books; where no road was closed they must
be those of the timetable before.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from geoinspect.amending.progress import moment, progress, visit_ms, with_event
from geoinspect.amending.record import FORMAT, present_route, previous_of, rest_of, team_of
from geoinspect.amending.rule import begins, dropped_stops
from geoinspect.errors import InputError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.amending.progress import Progress
    from geoinspect.amending.rule import Rest
    from geoinspect.lottery.record import Record


def verify_amendments(plan: Record, amendments: Sequence[Record]) -> None:
    """
    Check all amendments of a plan, in their order.

    Parameters
    ----------
    plan
        Drawn record, checked before by `geoinspect.lottery.verify`.
    amendments
        Its amendments.

    Raises
    ------
    VerificationError
        If one is missing or changed, if stops were lost or added, or if the rule was not
        followed.
    """
    for number, amendment in enumerate(amendments, start=1):
        place = f"amendments[{number - 1}]"
        try:
            _check(plan, amendments[: number - 1], amendment, place)
        except InputError as error:
            raise _failure(
                place, "{place}: it does not follow from the route before. {why}", why=str(error)
            ) from error
        except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
            raise _failure(
                place,
                "{place}: it is not built as an amendment must be ({error}).",
                error=repr(error),
            ) from error


def _failure(place: str, sentence: str, **data: object) -> VerificationError:
    return VerificationError(sentence, place=place, **data)


def _check(plan: Record, earlier: Sequence[Record], amendment: Record, place: str) -> None:
    """Check one amendment against the plan and those before it."""
    _check_chain(plan, earlier, amendment, place)
    before = present_route(plan, earlier, amendment["team_id"])
    at = moment(amendment["at"])
    now = with_event(progress(before, at), amendment["event"], at)
    _check_stops(now, amendment, place)
    if amendment["event"]["kind"] == "breakdown":
        _check_breakdown(now, amendment, place)
        return
    rest = rest_of(amendment["choice"], plan)
    _check_choice(plan, now, amendment, rest, place)
    closures = [past["event"]["kind"] == "closed" for past in (*earlier, amendment)]
    if not any(closures):
        _check_times(before, now, rest, place)
    _check_route(now, amendment, rest, place)


def _check_chain(plan: Record, earlier: Sequence[Record], amendment: Record, place: str) -> None:
    """Check that it belongs to the plan and follows the amendment before."""
    if amendment["format"] != FORMAT:
        raise _failure(place, "{place}: it is no amendment of format {format}.", format=FORMAT)
    plan_of = (amendment["commitment"], amendment["date"])
    if plan_of != (plan["draw"]["commitment"], plan["date"]):
        raise _failure(place, "{place}: it belongs to another plan.")
    if (amendment["number"], amendment["previous"]) != (
        len(earlier) + 1,
        previous_of(plan, earlier),
    ):
        raise _failure(
            place,
            "{place}: it does not follow the amendment before; one is missing, changed or in "
            "another place.",
        )


def _check_stops(now: Progress, amendment: Record, place: str) -> None:
    """Check that visited, kept and dropped stops are those of the route before."""
    dropped = [entry["point_id"] for entry in amendment["dropped"]]
    remaining = [stop["point_id"] for stop in now.remaining]
    visited = [stop["point_id"] for stop in now.visited]
    in_order = [point_id for point_id in remaining if point_id in amendment["kept"]]
    if (
        amendment["visited"] != visited
        or sorted([*amendment["kept"], *dropped]) != sorted(remaining)
        or amendment["kept"] != in_order
    ):
        raise _failure(
            place, "{place}: visited, kept and dropped stops are not those of the route before."
        )


def _check_breakdown(now: Progress, amendment: Record, place: str) -> None:
    """Check that nothing goes on after a breakdown."""
    codes = {entry["code"] for entry in amendment["dropped"]}
    if amendment["kept"] or codes != {"BREAKDOWN"}:
        raise _failure(place, "{place}: after a breakdown every stop that is left is dropped.")
    if amendment["route"]["stops"] != list(now.visited):
        raise _failure(place, "{place}: the stops are not those visited and kept.")


def _check_choice(plan: Record, now: Progress, amendment: Record, rest: Rest, place: str) -> None:
    """Apply the rule again to what it was applied to."""
    choice = amendment["choice"]
    deadline = team_of(plan, amendment["team_id"])["shift"]["end"]
    lengths = tuple(visit_ms(stop) for stop in now.remaining)
    if (
        choice["point_ids"] != [stop["point_id"] for stop in now.remaining]
        or moment(choice["ready"]) != now.ready
        or choice["deadline"] != deadline
        or rest.service_ms != lengths
    ):
        raise _failure(
            place, "{place}: stops, visits or times of its choice do not follow from its event."
        )
    dropped = [rest.point_ids[k] for k in dropped_stops(rest, plan["draw"]["seed"])]
    if dropped != [entry["point_id"] for entry in amendment["dropped"]]:
        raise _failure(
            place,
            "{place}: the rule drops {expected}, the amendment drops {found}.",
            expected=", ".join(dropped) or "-",
            found=", ".join(entry["point_id"] for entry in amendment["dropped"]) or "-",
        )


def _check_times(before: Record, now: Progress, rest: Rest, place: str) -> None:
    """Compare the times between neighbours, and home, with the legs of the route before."""
    legs = before["legs"][len(now.visited) + 1 :]
    for k, leg in enumerate(legs, start=1):
        if rest.times_ms[k][k + 1] != round(leg["duration_s"] * 1000):
            raise _failure(
                place, "{place}: a travel time is not that of the route before it.", leg=k
            )


def _check_route(now: Progress, amendment: Record, rest: Rest, place: str) -> None:
    """Compare the timetable with what was visited and kept."""
    route, n = amendment["route"], len(now.visited)
    ids = [stop["point_id"] for stop in route["stops"]]
    if ids != [*amendment["visited"], *amendment["kept"]] or len(route["legs"]) != len(ids) + 1:
        raise _failure(place, "{place}: the stops are not those visited and kept.")
    numbered = [row | {"sequence": k} for k, row in enumerate(now.visited, start=1)]
    kept = [rest.point_ids.index(point_id) for point_id in amendment["kept"]]
    ends = [begin + rest.service_ms[k] for k, begin in zip(kept, begins(rest, kept), strict=True)]
    found = [_clock_ms(stop["departure"]) for stop in route["stops"][n:]]
    last, ready = (kept[-1] + 1, ends[-1]) if kept else (0, rest.ready_ms)
    back = ready + rest.times_ms[last][-1]
    if (
        route["stops"][:n] != numbered
        or found != ends
        or _clock_ms(route["return"]) != back
        or any(moment(a["departure"]) > moment(b["arrival"]) for a, b in pairwise(route["stops"]))
    ):
        raise _failure(place, "{place}: the timetable does not follow from its choice.")


def _clock_ms(text: str) -> int:
    return round(moment(text).timestamp() * 1000)
