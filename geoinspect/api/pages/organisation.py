"""Who may do what: the accounts, and the tree of offices that gives them a scope."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request

from geoinspect.api.pages.rendering import AppPage, render
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.people import Permission, Role
from geoinspect.people.organisations import in_tree_order, units_below

router = APIRouter(prefix="/app", include_in_schema=False)

_MANAGES = needs(Permission.MANAGE_PEOPLE)


@router.get("/people", **_MANAGES)
def show_people(request: Request, sight: SightDep) -> AppPage:
    """List the accounts, and offer to add one."""
    people = sight.store.people
    return render(
        request,
        sight,
        "people",
        accounts=sorted(people.accounts(), key=lambda account: account.user_id),
        roles=[role.value for role in Role],
        offices={office.office_id: office.name for office in people.office_list()},
    )


@router.get("/offices", **_MANAGES)
def show_offices(request: Request, sight: SightDep) -> AppPage:
    """Show the tree of offices, and let it be changed."""
    offices = sight.store.people.office_list()
    parents = {office.office_id: office.above for office in offices}
    accounts = sight.store.people.accounts()
    return render(
        request,
        sight,
        "offices",
        tree=in_tree_order(offices),
        n_accounts=Counter(
            office for each in accounts if not each.disabled for office in each.offices
        ),
        # an office moves below any but itself and those below it
        places={
            key: [each for each in offices if each.office_id not in units_below(parents, [key])]
            for key in parents
        },
        names={office.office_id: office.name for office in offices},
    )
