"""Send the state of tickets back to where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.exports.workbook import write_sheet
from geoinspect.messages import translator
from geoinspect.tickets import evidence_in_words, reason_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from geoinspect.messages import Language

COLUMNS = (
    *("Ticket", "Source", "Case", "State", "Reply", "Closed on", "Linked because"),
    "Located because",
)
#: Labels in the reader's language are those that the ticket reader knows.
_LABELS = {
    "zh": (
        "工单编号",
        "来源",
        "案件号",
        "办理状态",
        "答复内容",
        "办结日期",
        "合并依据",
        "定位依据",
    ),
    "en": COLUMNS,
}

WAITING = "waiting for its place"
REGISTERED = "registered"


def export_tickets(
    tickets: pd.DataFrame,
    path: Path,
    *,
    states: Mapping[str, str] | None = None,
    replies: Mapping[str, str] | None = None,
    closed: Mapping[str, str] | None = None,
    language: Language = "zh",
) -> int:
    """
    Write what became of every ticket: its own id, our case, the state and a reply.

    Parameters
    ----------
    tickets
        All tickets; see `TicketStore.tickets`.
    path
        File to write, .xlsx or .csv.
    states
        State of each case by its id, in the reader's language; a case without one is
        registered.
    replies
        Reply about each case by its id; without one a sentence tells its state.
    closed
        Day on which each case was closed, by its id.
    language
        Language of labels and sentences.

    Returns
    -------
    n
        Tickets that were written.

    Raises
    ------
    InputError
        If the name ends in neither .xlsx nor .csv, or the file cannot be written.
    """
    rows = [
        _row(str(ticket_id), row, states or {}, replies or {}, closed or {}, language)
        for ticket_id, row in zip(tickets.index, tickets.to_dict("records"), strict=True)
    ]
    return write_sheet(
        path, _LABELS[language], rows, title="工单" if language == "zh" else "Tickets"
    )


def _row(
    ticket_id: str,
    ticket: Mapping[Any, Any],
    states: Mapping[str, str],
    replies: Mapping[str, str],
    closed: Mapping[str, str],
    language: Language,
) -> list[str]:
    """Return one ticket as a row of the sheet."""
    translate = translator(language)
    found = ticket["violation_id"]
    case = found if isinstance(found, str) else ""
    state = states.get(case, translate(REGISTERED)) if case else translate(WAITING)
    told = translate(
        "Your report is case {case}; its state: {state}."
        if case
        else "Your report names no place that could be found; please tell us where exactly it is."
    ).format(case=case, state=state)
    return [
        ticket_id,
        str(ticket["source"]),
        case,
        state,
        replies.get(case, told),
        closed.get(case, ""),
        reason_in_words(str(ticket["link_reason"]), translate),
        evidence_in_words(str(ticket["evidence"]), translate),
    ]
