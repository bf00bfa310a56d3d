"""Read users' files: every row imported, fixed with a log line, or set aside with a reason."""

from geoinspect.intake.answer import answer_sheet
from geoinspect.intake.districts import DistrictsImport, read_districts
from geoinspect.intake.imports import Import, NothingImportedError
from geoinspect.intake.inspections import InspectionsImport, read_inspections
from geoinspect.intake.inspectors import InspectorsImport, read_inspectors
from geoinspect.intake.points import PointsImport, read_points
from geoinspect.intake.table import Table, read_table
from geoinspect.intake.units import UnitsImport, read_units
from geoinspect.intake.violations import ViolationsImport, read_violations
from geoinspect.messages import Remark

__all__ = [
    "DistrictsImport",
    "Import",
    "InspectionsImport",
    "InspectorsImport",
    "NothingImportedError",
    "PointsImport",
    "Remark",
    "Table",
    "UnitsImport",
    "ViolationsImport",
    "answer_sheet",
    "read_districts",
    "read_inspections",
    "read_inspectors",
    "read_points",
    "read_table",
    "read_units",
    "read_violations",
]
