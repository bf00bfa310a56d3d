"""The rectification notice (整改通知书)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.messages import translator
from geoinspect.officefiles import file_bytes
from geoinspect.officialpaper import new_paper, write_head, write_text
from geoinspect.papers.case import day_in_words, facts
from geoinspect.papers.layout import (
    write_facts,
    write_hidden,
    write_photos,
    write_place,
    write_signatures,
    write_signed,
)

if TYPE_CHECKING:
    from geoinspect.messages import Language
    from geoinspect.papers.case import CasePaper, Translate


def write_notice(paper: CasePaper, *, language: Language = "zh") -> bytes:
    """
    Write a rectification notice as a Word document.

    Parameters
    ----------
    paper
        What it shows.
    language
        Language of all words but names.
    """
    translate, notice = translator(language), paper.notice
    document = new_paper()
    write_head(document, paper.head, translate("Rectification notice"), number=str(notice.number))
    write_text(document, translate("{unit}:").format(unit=notice.unit_name or notice.unit_id))
    asked = translate(
        "An on-site inspection found the following at {point}, for which you are responsible. Put "
        "it right by {deadline} ({n} working days) and report in writing what was done, with "
        "photos."
    ).format(
        point=notice.point_name or notice.point_id or "–",
        deadline=day_in_words(notice.deadline, translate),
        n=notice.working_days,
    )
    write_text(document, asked, indent=True)
    write_facts(document, facts(paper, translate))
    late = translate("What is late, or not put right, is taken to a higher level by the rules.")
    write_text(document, late, indent=True)
    issued = day_in_words(notice.issued_at.astimezone(paper.zone).date(), translate)
    write_signed(document, (paper.head, issued))
    write_signatures(document, _signatures(paper, translate), translate)
    write_place(document, paper, translate)
    write_photos(document, translate("Photos of the finding"), paper.photos)
    write_hidden(document, paper, translate)
    return file_bytes(document)


def _signatures(paper: CasePaper, translate: Translate) -> tuple[str, ...]:
    """Return who signs: who issued it, and who received it for the unit."""
    issued = translate("Issued by {name}, signature").format(name=paper.issued_by)
    return (issued, translate("Received for the unit, signature"))
