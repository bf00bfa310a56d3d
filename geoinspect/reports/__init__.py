"""The office's reports: one set of numbers as page, paper, Word and workbook."""

from geoinspect.reports.check import Difference, check_forms
from geoinspect.reports.evidence import Evidence, join_evidence
from geoinspect.reports.making import COVERED, DESCRIBED, SPANS, days_behind, make_report
from geoinspect.reports.numbers import Figure, Kind, Records, ReportNumbers, Table
from geoinspect.reports.periods import Period, Span
from geoinspect.reports.spreadsheet import write_spreadsheet
from geoinspect.reports.web import render_page
from geoinspect.reports.word import fill_template, write_word

__all__ = [
    "COVERED",
    "DESCRIBED",
    "SPANS",
    "Difference",
    "Evidence",
    "Figure",
    "Kind",
    "Period",
    "Records",
    "ReportNumbers",
    "Span",
    "Table",
    "check_forms",
    "days_behind",
    "fill_template",
    "join_evidence",
    "make_report",
    "render_page",
    "write_spreadsheet",
    "write_word",
]
