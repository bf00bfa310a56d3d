"""The whole of `geoinspect import`: what makes a city, and what is found in it."""

from __future__ import annotations

from geoinspect.cli.checklists import import_checklist, import_results
from geoinspect.cli.importing import imports
from geoinspect.cli.tickets import import_tickets

imports.command("checklist")(import_checklist)
imports.command("results")(import_results)
imports.command("tickets")(import_tickets)

__all__ = ["imports"]
