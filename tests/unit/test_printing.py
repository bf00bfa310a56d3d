"""Paper: pages printed here, and in a process beside."""

from __future__ import annotations

import pickle

import pytest

from geoinspect.beside import begun, process_beside
from geoinspect.errors import MissingDependencyError
from geoinspect.printing import render_pdf

PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path d='M0 0h9'/></svg>"
PAGE = f"<p>检查</p>{PICTURE}"


def test_a_process_beside_prints_the_same_bytes():
    with process_beside("weasyprint") as beside:
        assert begun(beside, render_pdf, PAGE)() == begun(None, render_pdf, PAGE)()


def test_a_page_loads_nothing_when_it_is_printed(caplog):
    plain = render_pdf("<p>a</p>")
    assert len(render_pdf("<p>a</p><img src='file:///etc/hostname'>")) < 2 * len(plain)
    assert "a report loads nothing" in caplog.text


def test_an_error_of_another_process_is_told_in_every_language_here():
    error = MissingDependencyError("The package {name} is missing.", name="pango")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is MissingDependencyError
    assert copy.data == {"name": "pango"}
    with pytest.raises(MissingDependencyError, match="The package pango is missing"):
        raise copy
