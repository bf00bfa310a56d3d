"""What the papers of a case show, and the marks that an office's own template may hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from geoinspect.cases import Notice
    from geoinspect.officialpaper import Picture

    Translate = Callable[[str], str]


class Kind(StrEnum):
    """Which paper of a case."""

    NOTICE = "notice"
    REINSPECTION = "reinspection"


@dataclass(frozen=True)
class Reply:
    """
    A reply of the unit.

    Attributes
    ----------
    at, by
        When (timezone-aware) and who wrote it.
    text
        What was done.
    photos
        Proof.
    approved_by
        Who approved it for the unit, "" for nobody yet.
    """

    at: datetime
    by: str
    text: str
    photos: tuple[Picture, ...] = ()
    approved_by: str = ""


@dataclass(frozen=True)
class Look:
    """
    A re-inspection.

    Attributes
    ----------
    at, by
        When (timezone-aware) and who looked.
    passed
        Whether it was put right.
    note
        What was seen.
    photos
        What was taken.
    """

    at: datetime
    by: str
    passed: bool
    note: str
    photos: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class CasePaper:
    """
    All that the papers of a case show.

    Attributes
    ----------
    notice
        The notice.
    head
        The office in the red head.
    zone
        Time zone of the city.
    issued_by
        Name of the person who issued the notice.
    deadline
        Last day of the unit as the case stands.
    state
        Where the case stands, as a key of the catalogue.
    photos
        Of the finding.
    place
        A map of where it is.
    replies, looks
        Oldest first.
    n_hidden
        Photos that no paper can show, for their format.
    """

    notice: Notice
    head: str
    zone: ZoneInfo
    issued_by: str
    deadline: date
    state: str
    photos: tuple[Picture, ...] = ()
    place: Picture | None = None
    replies: tuple[Reply, ...] = ()
    looks: tuple[Look, ...] = ()
    n_hidden: int = field(default=0)

    def at(self, moment: datetime) -> str:
        """Return a moment as the city's clock shows it."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"


def day_in_words(day: date, translate: Translate) -> str:
    """
    Return a day as official papers write it.

    Examples
    --------
    >>> from datetime import date
    >>> day_in_words(date(2026, 11, 3), str)
    '2026-11-03'
    """
    pattern = translate("{year}-{month:02}-{day:02}")
    return pattern.format(year=day.year, month=day.month, day=day.day)


def facts(paper: CasePaper, translate: Translate) -> list[tuple[str, str]]:
    """Return names and values of what was found, in the order of the form."""
    notice = paper.notice
    place = "" if notice.lonlat is None else "{:.6f}, {:.6f}".format(*notice.lonlat)
    rows = [
        ("Point", notice.point_name or notice.point_id or "–"),
        ("Address", notice.address),
        ("Position (WGS-84)", place),
        ("Category", notice.category),
        ("Item", notice.item or "–"),
        ("What was found", notice.description),
        ("Kind of defect", translate(f"defect {notice.defect}")),
        ("Severity", translate(f"severity {notice.severity}")),
        ("Found at", paper.at(notice.found_at)),
        ("Rule that it rests on", notice.basis),
    ]
    return [(translate(name), value) for name, value in rows if value]


def marks_of(paper: CasePaper, translate: Translate) -> dict[str, Any]:
    """
    Return what a template of the office may show, by the names of its marks.

    Texts are `head`, `number`, `case_id`, `unit`, `point`, `address`, `position`, `category`,
    `item`, `description`, `defect`, `severity`, `found_at`, `basis`, `deadline`,
    `working_days`, `issued_at`, `issued_by` and `state`; `place` is a picture; `photos` a list
    of pictures; `replies` and `looks` are lists with `at`, `by`, `text` and `photos`, a reply
    also with `approved_by`, a look with `result`.
    """
    notice = paper.notice
    return {
        "head": paper.head,
        "number": str(notice.number),
        "case_id": notice.case_id,
        "unit": notice.unit_name or notice.unit_id,
        "point": notice.point_name or notice.point_id,
        "address": notice.address,
        "position": "" if notice.lonlat is None else "{:.6f}, {:.6f}".format(*notice.lonlat),
        "category": notice.category,
        "item": notice.item,
        "description": notice.description,
        "defect": translate(f"defect {notice.defect}"),
        "severity": translate(f"severity {notice.severity}"),
        "found_at": paper.at(notice.found_at),
        "basis": notice.basis,
        "deadline": day_in_words(paper.deadline, translate),
        "working_days": notice.working_days,
        "issued_at": paper.at(notice.issued_at),
        "issued_by": paper.issued_by,
        "state": translate(paper.state),
        "place": paper.place or "",
        "photos": list(paper.photos),
        "replies": [_reply(reply, paper) for reply in paper.replies],
        "looks": [_look(look, paper, translate) for look in paper.looks],
    }


def _reply(reply: Reply, paper: CasePaper) -> dict[str, Any]:
    return {
        "at": paper.at(reply.at),
        "by": reply.by,
        "text": reply.text,
        "photos": list(reply.photos),
        "approved_by": reply.approved_by,
    }


def _look(look: Look, paper: CasePaper, translate: Translate) -> dict[str, Any]:
    return {
        "at": paper.at(look.at),
        "by": look.by,
        "text": look.note,
        "photos": list(look.photos),
        "result": result_of(look, translate),
    }


def result_of(look: Look, translate: Translate) -> str:
    """Return what a re-inspection found in words."""
    return translate("It is put right" if look.passed else "It is not put right")


def pairs(pictures: Sequence[Picture]) -> list[Sequence[Picture]]:
    """Return pictures two by two, as they stand beside each other."""
    return [pictures[k : k + 2] for k in range(0, len(pictures), 2)]
