"""
What a job can be: bring in a file, build roads or a base map, assign, commit, draw, amend.

A task does its work from the start whenever it is begun. What it does for good comes last, in
one transaction or one renamed file, and is announced before (`Run.intend`): whoever takes the
job over asks `outcome` whether it was done, and does not do it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoinspect.basemaps import city_basemap, keep_areas
from geoinspect.errors import InputError
from geoinspect.jobs import plans
from geoinspect.jobs.imports import import_file
from geoinspect.jobs.uploads import upload_path
from geoinspect.messages import translator
from geoinspect.network import read_network
from geoinspect.responsibility import assign

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.jobs.run import Run


def _begin_anew(_run: Run) -> dict[str, Any] | None:
    """Say that nothing is known: the work may be done twice, for it comes to the same."""
    return None


@dataclass(frozen=True)
class Task:
    """
    One kind of job.

    Attributes
    ----------
    work
        Does it, and returns what came out; nothing in the result may be secret.
    outcome
        Returns what came out of an attempt that announced its intent and was never heard of
        again, or None if it came to nothing.
    """

    work: Callable[[Run], dict[str, Any]]
    outcome: Callable[[Run], dict[str, Any] | None] = _begin_anew


def build_network(run: Run) -> dict[str, Any]:
    """Build the road network from an OpenStreetMap extract."""
    file = upload_path(run.folder, run.arguments["upload"])
    run.step("Reading streets")
    network = read_network(file)
    run.step("Saving the road network")
    run.intend({})
    network.save(run.folder.network_path)
    return {"n_nodes": network.n_nodes, "n_edges": network.n_edges}


def build_basemap(run: Run) -> dict[str, Any]:
    """Draw the base map, with the areas of an extract if one was sent in."""
    folder, result = run.folder, dict[str, Any]()
    upload = run.arguments["upload"]
    if upload:
        run.step("Reading water, green and buildings")
        areas = keep_areas(folder, upload_path(folder, upload))
        result |= {"n_areas": len(areas.table), "n_broken": areas.n_broken}
    folder.network()
    path = city_basemap(folder, report=run.step)
    run.intend({})
    size = 0 if path is None else path.stat().st_size
    return {**result, "kilobytes": -(-size // 1000)}


def assign_units(run: Run) -> dict[str, Any]:
    """Give every point its district and responsible unit."""
    folder, store = run.folder, run.folder.store()
    run.step("Loading the city")
    points, districts, units = store.points(), store.districts(), store.units()
    for what, table in (("points", points), ("districts", districts), ("units", units)):
        if len(table) == 0:
            raise InputError(
                "The city has no {what} yet: bring them in with "
                "`geoinspect -C CITY import {what} FILE`.",
                what=what,
            )
    assignments = assign(
        points,
        districts,
        units,
        tolerance_m=folder.settings.boundary_tolerance_m,
        translate=translator(folder.settings.language),
    )
    run.intend({})
    store.replace_assignments(assignments)
    return {"points_by_status": assignments["status"].value_counts().sort_index().to_dict()}


#: What a job can be, by its kind.
TASKS = {
    "import": Task(import_file),
    "network": Task(build_network),
    "assign": Task(assign_units),
    "basemap": Task(build_basemap),
    "commit": Task(plans.commit, plans.committed),
    "draw": Task(plans.draw, plans.drawn),
    "amend": Task(plans.amend, plans.amended),
}
