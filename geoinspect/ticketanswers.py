"""What is told to a hotline about its tickets: how each case stands, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.cases import State
from geoinspect.exports import export_tickets
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    import pandas as pd

    from geoinspect.messages import Language
    from geoinspect.store import Store

#: States in which the leader of the unit stands by its reply.
_ANSWERED = frozenset({State.APPROVED, State.REINSPECTED, State.CLOSED})


@dataclass(frozen=True)
class Answers:
    """
    What is told about cases, by their ids.

    Attributes
    ----------
    states
        State in the reader's language.
    replies
        What the unit did, once its leader approved it.
    closed
        Day on which the case was closed, in the city.
    """

    states: Mapping[str, str]
    replies: Mapping[str, str]
    closed: Mapping[str, str]


def answers_of(store: Store, zone: ZoneInfo, language: Language) -> Answers:
    """Return what is told about all cases of a city."""
    translate = translator(language)
    cases, replies = store.cases.table(), store.cases.last_replies()
    states = {str(name): State(state) for name, state in cases["state"].items()}
    days = cases["closed_at"].dropna().dt.tz_convert(zone).dt.strftime("%Y-%m-%d")
    return Answers(
        {name: translate(f"case is {state.value}") for name, state in states.items()},
        {name: text for name, text in replies.items() if states[name] in _ANSWERED},
        {str(name): str(day) for name, day in days.items()},
    )


def write_answers(
    store: Store, tickets: pd.DataFrame, path: Path, *, zone: ZoneInfo, language: Language
) -> int:
    """
    Write what is told to a hotline about tickets; see `geoinspect.exports.export_tickets`.

    Parameters
    ----------
    store
        The city.
    tickets
        Some of its tickets.
    path
        File to write, .xlsx or .csv.
    zone
        Time zone of the city.
    language
        Language of labels and sentences.

    Returns
    -------
    n
        Tickets that were written.
    """
    told = answers_of(store, zone, language)
    return export_tickets(
        tickets, path, states=told.states, replies=told.replies, closed=told.closed,
        language=language,
    )  # fmt: skip
