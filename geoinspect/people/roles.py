"""The roles that a person can have: one each."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """
    What a person is for in the office.

    The last three are administrations that are kept apart: one runs the system and cannot
    read the log or make users, one makes users and cannot read a plan, one reads the log and
    changes nothing.
    """

    SUPERVISOR = "supervisor"
    LEADER = "leader"
    UNIT = "unit"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"
    SECURITY = "security"
    AUDITOR = "auditor"


#: Roles that see nothing of the city unless their scope names it.
NAMED_SCOPE = frozenset({Role.UNIT, Role.INSPECTOR})
