"""Read users' files: every row imported, fixed with a log line, or set aside with a reason."""

from geoinspect.intake.answer import answer_sheet
from geoinspect.intake.checklists import ChecklistImport, read_checklists
from geoinspect.intake.districts import DistrictsImport, read_districts
from geoinspect.intake.imports import Import, NothingImportedError
from geoinspect.intake.inspections import InspectionsImport, read_inspections
from geoinspect.intake.inspectors import InspectorsImport, read_inspectors
from geoinspect.intake.marks import MarksImport, read_marks
from geoinspect.intake.photos import PhotoFolder
from geoinspect.intake.points import PointsImport, read_points
from geoinspect.intake.replies import RepliesImport, read_replies
from geoinspect.intake.results import ResultsImport, read_results
from geoinspect.intake.table import Table, read_table
from geoinspect.intake.tickets import TicketsImport, read_tickets
from geoinspect.intake.units import UnitsImport, read_units
from geoinspect.intake.violations import ViolationsImport, read_violations
from geoinspect.messages import Remark

__all__ = [
    "ChecklistImport",
    "DistrictsImport",
    "Import",
    "InspectionsImport",
    "InspectorsImport",
    "MarksImport",
    "NothingImportedError",
    "PhotoFolder",
    "PointsImport",
    "Remark",
    "RepliesImport",
    "ResultsImport",
    "Table",
    "TicketsImport",
    "UnitsImport",
    "ViolationsImport",
    "answer_sheet",
    "read_checklists",
    "read_districts",
    "read_inspections",
    "read_inspectors",
    "read_marks",
    "read_points",
    "read_replies",
    "read_results",
    "read_table",
    "read_tickets",
    "read_units",
    "read_violations",
]
