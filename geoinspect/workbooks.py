"""Save workbooks so that the same cells are the same bytes, whenever they are written."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook

_FACTS = "docProps/core.xml"
_MOMENT = re.compile(rb">[^<]*</dcterms:(created|modified)>")
#: The first moment that a zip archive can tell.
_NO_MOMENT = rb">1980-01-01T00:00:00Z</dcterms:\1>"


def workbook_bytes(workbook: Workbook) -> bytes:
    """
    Return the file of a workbook, without the moment at which it was written.

    An answer of the service then has one entity tag as long as its cells are the same, and
    does not tell when somebody else asked.
    """
    stream, same = io.BytesIO(), io.BytesIO()
    workbook.save(stream)
    with ZipFile(stream) as written, ZipFile(same, "w") as archive:
        for name in written.namelist():
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            content = written.read(name)
            archive.writestr(entry, _MOMENT.sub(_NO_MOMENT, content) if name == _FACTS else content)
    return same.getvalue()
