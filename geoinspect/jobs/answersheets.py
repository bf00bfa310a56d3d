"""
Answer sheets of imports: the sender's own rows with what became of each, to correct and send again.

They hold whatever the sender wrote, so they are kept for some days only.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from geoinspect.atomic import write_bytes
from geoinspect.errors import NotFoundError
from geoinspect.intake import answer_sheet

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder
    from geoinspect.intake import Import

FOLDER = "answers"

#: How long an answer sheet can be fetched.
KEPT_DAYS = 30

_JOB_ID = re.compile(r"[0-9a-zA-Z_-]{1,200}")
_DAY_S = 86_400


def keep_answer(folder: CityFolder, job_id: str, imported: Import) -> None:
    """Write the answer sheet of a job."""
    with tempfile.TemporaryDirectory() as scratch:
        part = Path(scratch) / "answer.xlsx"
        answer_sheet(imported, part, language=folder.settings.language)
        write_bytes(_path(folder, job_id), part.read_bytes())


def has_answer(folder: CityFolder, job_id: str) -> bool:
    """Tell whether a job has an answer sheet that can be fetched."""
    return _JOB_ID.fullmatch(job_id) is not None and _path(folder, job_id).is_file()


def read_answer(folder: CityFolder, job_id: str) -> bytes:
    """
    Read the answer sheet of a job, a workbook.

    Raises
    ------
    NotFoundError
        If the job has none, or it is too old.
    """
    if not has_answer(folder, job_id):
        raise NotFoundError(
            "The job {job_id!r} has no answer sheet: imports have one, for {days} days.",
            job_id=job_id,
            days=KEPT_DAYS,
        )
    return _path(folder, job_id).read_bytes()


def forget_old_answers(folder: CityFolder) -> None:
    """Remove answer sheets that were kept long enough."""
    oldest = time.time() - KEPT_DAYS * _DAY_S
    for path in (folder.path / FOLDER).glob("*.xlsx"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _path(folder: CityFolder, job_id: str) -> Path:
    return folder.path / FOLDER / f"{job_id}.xlsx"
