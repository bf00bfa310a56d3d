"""The page on which people choose a password of their own."""

from __future__ import annotations

from fastapi import APIRouter, Request

from geoinspect.api.errors import OWN_PASSWORD
from geoinspect.api.pages.rendering import AppPage, render
from geoinspect.api.permits import early, needs_person
from geoinspect.api.sight import SightDep  # noqa: TC001  FastAPI reads the annotation
from geoinspect.people.passwords import LONGEST, SHORTEST

router = APIRouter(include_in_schema=False)


@router.get(OWN_PASSWORD, **early(needs_person()))
def show_own_password(request: Request, sight: SightDep) -> AppPage:
    """Ask for another password."""
    return render(request, sight, "password", shortest=SHORTEST, longest=LONGEST)
