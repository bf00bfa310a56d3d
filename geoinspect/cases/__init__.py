"""Violation cases from finding to closing (销号): states, deadlines, notices, looking back."""

from geoinspect.cases.deadlines import (
    DeadlineParams,
    Defect,
    deadline_after,
    is_overdue,
    reason_to_escalate,
)
from geoinspect.cases.notices import USUAL_ISSUER, Notice, NoticeNumber
from geoinspect.cases.params import CaseParams
from geoinspect.cases.rechecks import RecheckParams, find_relapses, is_rechecked
from geoinspect.cases.signs import Kind, Sign, SignParams, find_signs
from geoinspect.cases.states import (
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

__all__ = [
    "TRANSITIONS",
    "USUAL_ISSUER",
    "Act",
    "CaseParams",
    "DeadlineParams",
    "Defect",
    "Kind",
    "Move",
    "Mover",
    "Notice",
    "NoticeNumber",
    "Party",
    "RecheckParams",
    "Sign",
    "SignParams",
    "Standing",
    "State",
    "deadline_after",
    "find_relapses",
    "find_signs",
    "is_overdue",
    "is_rechecked",
    "next_move",
    "possible_acts",
    "reason_to_escalate",
]
