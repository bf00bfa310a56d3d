"""What is inspected and how it scores: items, versions, scores, and what is still missing."""

from geoinspect.checklists.items import Item, ItemClass, Kind
from geoinspect.checklists.matrix import Matrix, point_item_matrix
from geoinspect.checklists.scoring import InspectionScore, inspection_scores, score_inspection
from geoinspect.checklists.versions import (
    Checklist,
    TrendBreak,
    check_checklist,
    differences,
    in_force,
    trend_breaks,
)

__all__ = [
    "Checklist",
    "InspectionScore",
    "Item",
    "ItemClass",
    "Kind",
    "Matrix",
    "TrendBreak",
    "check_checklist",
    "differences",
    "in_force",
    "inspection_scores",
    "point_item_matrix",
    "score_inspection",
    "trend_breaks",
]
