"""The form of a re-inspection (整改复查表): what was asked, what was done, what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.messages import translator
from geoinspect.officefiles import file_bytes
from geoinspect.officialpaper import (
    new_paper,
    write_head,
    write_heading,
    write_text,
)
from geoinspect.papers.case import day_in_words, facts, result_of
from geoinspect.papers.layout import (
    write_facts,
    write_hidden,
    write_photos,
    write_place,
    write_signatures,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

    from geoinspect.messages import Language
    from geoinspect.papers.case import CasePaper, Look, Reply, Translate


def write_reinspection(paper: CasePaper, *, language: Language = "zh") -> bytes:
    """
    Write the form of a re-inspection as a Word document.

    Before anybody looked it has empty boxes, to be filled in by hand.

    Parameters
    ----------
    paper
        What it shows.
    language
        Language of all words but names.
    """
    translate = translator(language)
    document = new_paper()
    number = str(paper.notice.number)
    write_head(document, paper.head, translate("Form of re-inspection"), number=number)
    write_heading(document, translate("What was asked"))
    write_facts(document, [*_asked(paper, translate), *facts(paper, translate)])
    write_place(document, paper, translate)
    write_photos(document, translate("Photos of the finding"), paper.photos)
    write_heading(document, translate("What the unit did"))
    for reply in paper.replies:
        _write_reply(document, paper, reply, translate)
    if not paper.replies:
        write_text(document, translate("The unit has not replied yet."), indent=True)
    write_heading(document, translate("What was seen"))
    for look in paper.looks:
        _write_look(document, paper, look, translate)
    if not paper.looks:
        _write_empty(document, translate)
    write_hidden(document, paper, translate)
    write_heading(document, translate("Signatures"))
    write_signatures(document, _signatures(translate), translate)
    return file_bytes(document)


def _asked(paper: CasePaper, translate: Translate) -> list[tuple[str, str]]:
    notice = paper.notice
    return [
        (translate("Responsible unit"), notice.unit_name or notice.unit_id),
        (translate("Issued"), f"{paper.at(notice.issued_at)} · {paper.issued_by}"),
        (translate("Deadline"), day_in_words(paper.deadline, translate)),
        (translate("State"), translate(paper.state)),
    ]


def _write_reply(
    document: WordDocument, paper: CasePaper, reply: Reply, translate: Translate
) -> None:
    rows = [
        (translate("Reply of the unit"), f"{paper.at(reply.at)} · {reply.by}"),
        (translate("What was done"), reply.text),
        (translate("Approved by"), reply.approved_by or "–"),
    ]
    write_facts(document, rows)
    write_photos(document, translate("Photos of the unit"), reply.photos)


def _write_look(document: WordDocument, paper: CasePaper, look: Look, translate: Translate) -> None:
    rows = [
        (translate("Re-inspection"), f"{paper.at(look.at)} · {look.by}"),
        (translate("Result"), result_of(look, translate)),
        (translate("What was seen"), look.note or "–"),
    ]
    write_facts(document, rows)
    write_photos(document, translate("Photos of the re-inspection"), look.photos)


def _write_empty(document: WordDocument, translate: Translate) -> None:
    """Write boxes to be filled in on site."""
    boxes = f"□ {translate('It is put right')}    □ {translate('It is not put right')}"
    write_facts(document, [(translate("Result"), boxes), (translate("What was seen"), "\n\n\n")])


def _signatures(translate: Translate) -> tuple[str, ...]:
    """Return who signs: two inspectors, and somebody of the unit."""
    inspector = translate("Inspector, signature")
    return (inspector, inspector, translate("For the unit, signature"))
