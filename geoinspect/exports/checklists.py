"""Write a checklist as a sheet that an office can edit, and the matrix of what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.checklists import ItemClass, Kind
from geoinspect.exports.workbook import write_sheet
from geoinspect.messages import translator

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.checklists import Checklist, Item, Matrix
    from geoinspect.intake.cells import Cell
    from geoinspect.messages import Language

#: The labels and words of the shipped sheet; reading knows English ones too.
LABELS = (
    *("检查项编号", "检查内容", "英文", "严重程度", "观察方式", "检查项性质", "满分", "每处扣分"),
    *("允许处数", "适用类别与权重", "标准版本", "生效日期", "失效日期"),
)
KIND_WORDS = {
    Kind.YES_NO: "是否",
    Kind.COUNT_500M: "500米内计数",
    Kind.COUNT_5MIN: "5分钟内计数",
    Kind.PHOTO: "拍照",
}
CLASS_WORDS = {ItemClass.HARDWARE: "硬件", ItemClass.CONDUCT: "行为"}
SEVERITY_WORDS = {1: "一般", 2: "较重", 3: "严重"}


def write_checklist(checklist: Checklist, path: Path) -> int:
    """
    Write a version in the form that `geoinspect.intake.read_checklists` reads.

    Returns
    -------
    n
        Items that were written.

    Raises
    ------
    InputError
        If the name ends in neither .xlsx nor .csv, or the file cannot be written.
    """
    rows = [_item_row(checklist, item) for _, item in sorted(checklist.items.items())]
    return write_sheet(path, LABELS, rows, title="检查清单")


def write_matrix(matrix: Matrix, path: Path, *, language: Language = "zh") -> int:
    """
    Write the matrix: a row a point, a column an item, the number of results in each cell.

    A 0 is what nobody has looked at, a blank cell an item that the place does not have.

    Returns
    -------
    n
        Points that were written.

    Raises
    ------
    InputError
        If the name ends in neither .xlsx nor .csv, or the file cannot be written.
    """
    translate = translator(language)
    labels = [translate(label) for label in ("Point", "Name", "Category", "Missing")]
    gaps = matrix.counts.eq(0).fillna(value=False).sum(axis=1)
    rows: list[list[Cell]] = [
        [
            str(point_id),
            str(matrix.points.loc[point_id, "name"]),
            str(matrix.points.loc[point_id, "category"]),
            int(gaps[point_id]),
            *(None if count is None else int(count) for count in counts),
        ]
        for point_id, counts in zip(
            matrix.counts.index,
            matrix.counts.astype(object).where(matrix.counts.notna(), None).to_numpy().tolist(),
            strict=True,
        )
    ]
    return write_sheet(path, [*labels, *matrix.counts.columns], rows, title="拉单")


def _item_row(checklist: Checklist, item: Item) -> list[Cell]:
    """Return one item with its weights as a row of the sheet."""
    weights = "；".join(
        f"{category}={of_items[item.item_id]:g}"
        for category, of_items in checklist.weights.items()
        if item.item_id in of_items
    )
    end = checklist.effective_to
    return [
        item.item_id,
        item.text_zh,
        item.text_en,
        SEVERITY_WORDS[item.severity],
        KIND_WORDS[item.kind],
        CLASS_WORDS[item.item_class],
        item.full_score,
        item.deduction,
        item.allowance,
        weights,
        checklist.version,
        checklist.effective_from.isoformat(),
        "" if end is None else end.isoformat(),
    ]
