"""Papers of a case as Word documents: the rectification notice, and the form of re-inspection."""

from geoinspect.papers.case import CasePaper, Kind, Look, Reply, marks_of
from geoinspect.papers.notice import write_notice
from geoinspect.papers.pictures import as_picture
from geoinspect.papers.place import draw_place
from geoinspect.papers.reinspection import write_reinspection

__all__ = [
    "CasePaper",
    "Kind",
    "Look",
    "Reply",
    "as_picture",
    "draw_place",
    "marks_of",
    "write_notice",
    "write_reinspection",
]
