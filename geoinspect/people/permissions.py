"""What there is to be permitted."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person may do; roles are granted sets of them."""

    READ_POINTS = "read-points"
    READ_VIOLATIONS = "read-violations"
    ADD_VIOLATION = "add-violation"
    RECORD_RESULTS = "record-results"
    READ_HEAT = "read-heat"
    READ_REPORTS = "read-reports"
    READ_SCORECARD = "read-scorecard"
    READ_CHANCES = "read-chances"
    READ_LEDGER = "read-ledger"
    READ_SEALED_PLAN = "read-sealed-plan"
    READ_RELEASED_PLAN = "read-released-plan"
    READ_OWN_ROUTE = "read-own-route"
    COMMIT_PLAN = "commit-plan"
    REVEAL_SECRET = "reveal-secret"
    DRAW_PLAN = "draw-plan"
    AMEND_PLAN = "amend-plan"
    RELEASE_PLAN = "release-plan"
    BREAK_GLASS = "break-glass"
    IMPORT_DATA = "import-data"
    ASSIGN_UNITS = "assign-units"
    BUILD_NETWORK = "build-network"
    RUN_JOBS = "run-jobs"
    EXPORT = "export"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_KEYS = "manage-keys"
    MANAGE_SYSTEM = "manage-system"
    READ_LOG = "read-log"
    READ_PERSONAL_DATA = "read-personal-data"
    RUN_CASES = "run-cases"
    REPLY_TO_CASE = "reply-to-case"
    APPROVE_REPLY = "approve-reply"
    REINSPECT_CASE = "reinspect-case"
    READ_SIGNS = "read-signs"
    SELF_CHECK = "self-check"
