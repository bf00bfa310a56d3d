"""Save workbooks and documents so that the same content is the same bytes, whenever written."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Callable

_FACTS = "docProps/core.xml"
_MOMENT = re.compile(rb">[^<]*</dcterms:(created|modified)>")
#: The first moment that a zip archive can tell.
_NO_MOMENT = rb">1980-01-01T00:00:00Z</dcterms:\1>"


class OfficeFile(Protocol):
    """A workbook of openpyxl, or a document of python-docx or docxtpl."""

    @property
    def save(self) -> Callable[[io.BytesIO], object]:
        """Write the file to a stream."""


def file_bytes(content: OfficeFile) -> bytes:
    """
    Return a workbook or a document as a file, without the moment at which it was written.

    An answer of the service then has one entity tag as long as its content is the same, and
    does not tell when somebody else asked.
    """
    stream, same = io.BytesIO(), io.BytesIO()
    content.save(stream)
    with ZipFile(stream) as written, ZipFile(same, "w") as archive:
        for name in written.namelist():
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            part = written.read(name)
            archive.writestr(entry, _MOMENT.sub(_NO_MOMENT, part) if name == _FACTS else part)
    return same.getvalue()
