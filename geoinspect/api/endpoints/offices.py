"""The tree of offices, for the security administrator."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from geoinspect.api.dependencies import ActorDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.jobschemas import Name  # noqa: TC001  pydantic reads the annotation
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.audit import log
from geoinspect.people import Permission
from geoinspect.people.organisations import Office, in_tree_order

router = APIRouter(prefix="/offices", tags=["people"], responses=problems(422))

_MANAGES = needs(Permission.MANAGE_PEOPLE)


class OfficeFacts(BaseModel):
    """An office and its place in the tree."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office_id: Name = Field(description="Id of a unit, or of an office above units.")
    name: Name
    above: Name | None = Field(default=None, description="Id of the office above it.")
    disabled: bool = Field(default=False, description="Given to no account any more.")


class OfficePut(OfficeFacts):
    """An office as it is now, and whom that disabled."""

    accounts_disabled: list[str]


@router.get("", **_MANAGES)
def list_offices(store: StoreDep) -> list[OfficeFacts]:
    """List all offices in the order of the tree."""
    offices = in_tree_order(store.people.office_list())
    return [OfficeFacts(**vars(office)) for _, office in offices]


@router.put("", **_MANAGES)
def put_office(wanted: OfficeFacts, actor: ActorDep, store: StoreDep, now: NowDep) -> OfficePut:
    """
    Add an office, rename it, move it in the tree, disable or enable it.

    With an office those below it are disabled, and the accounts that have no other.
    """
    facts = wanted.model_dump()
    ended = store.people.put_office(Office(**facts))
    log(
        store, actor.user_id, "office.place", wanted.office_id, at=now,
        above=wanted.above or "", disabled=wanted.disabled,
    )  # fmt: skip
    return OfficePut(**facts, accounts_disabled=ended)
