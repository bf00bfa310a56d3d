"""The forms of a city's report, each read back before anybody gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.beside import begun
from geoinspect.errors import VerificationError
from geoinspect.reports.printed import page_and_paper

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.reports.numbers import Figure, ReportNumbers

#: Folder of a city in which an office puts Word templates of its own, one a kind of report.
TEMPLATES = "templates"


@dataclass(frozen=True)
class Forms:
    """
    The forms of one report; those that were not asked for are empty.

    Attributes
    ----------
    numbers
        What all of them say.
    html, pdf, docx, xlsx
        The forms.
    """

    numbers: ReportNumbers
    html: str = ""
    pdf: bytes = b""
    docx: bytes = b""
    xlsx: bytes = b""

    def content(self, form: str) -> bytes:
        """Return a form as bytes."""
        content: str | bytes = getattr(self, form)
        return content.encode() if isinstance(content, str) else content


def make_forms(
    folder: CityFolder,
    numbers: ReportNumbers,
    formats: tuple[str, ...],
    *,
    language: Language,
    made_for: str = "",
    link: Callable[[Figure], str] | None = None,
    beside: Executor | None = None,
) -> Forms:
    """
    Make the forms of a report, and read each back.

    A file `templates/<kind>.docx` in the city's folder takes the place of our own Word layout.

    Parameters
    ----------
    folder, numbers
        The city, and what all forms say.
    formats
        Which of `FORMATS`.
    language, made_for, link
        As in `geoinspect.reports.render_page`.
    beside
        Makes page and paper while this process makes the other forms, see `geoinspect.beside`;
        None for none.

    Raises
    ------
    VerificationError
        If a form does not show a figure as it is.
    InputError
        If the office's template cannot be filled.
    """
    issuer = folder.settings.issuer
    on_page = begun(beside, page_and_paper, numbers, formats, language, issuer, made_for, link)
    # loaded here: the page is in the making before the libraries of Word and Excel are there
    from geoinspect.reports.check import check_forms
    from geoinspect.reports.spreadsheet import write_spreadsheet
    from geoinspect.reports.word import fill_template, write_word

    template = folder.path / TEMPLATES / f"{numbers.kind}.docx"
    own = template.is_file()
    word = b""
    if "docx" in formats and own:
        word = fill_template(template, numbers, language=language, issuer=issuer)
    elif "docx" in formats:
        word = write_word(numbers, language=language, issuer=issuer, made_for=made_for)
    sheet = write_spreadsheet(numbers, language=language) if "xlsx" in formats else b""
    # an office's own layout may leave figures out
    differing = check_forms(numbers, word=b"" if own else word, spreadsheet=sheet)
    page, paper = on_page()
    differing += check_forms(numbers, page=page)
    if differing:
        first = differing[0]
        raise VerificationError(
            "The report's form {form} shows {found!r} for {figure_id}, not {expected!r}.",
            form=first.form,
            found=first.found,
            figure_id=first.figure_id,
            expected=first.expected,
        )
    return Forms(numbers, page if "html" in formats else "", paper, word, sheet)
