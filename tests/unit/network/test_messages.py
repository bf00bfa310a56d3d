"""Each sentence a user may read has its Chinese translation, with the same fields."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import geoinspect.network
from geoinspect.messages import translator

ERRORS = {"InputError", "NetworkError"}


def _sentences():
    """First arguments of all errors raised in the package."""
    for path in sorted(Path(geoinspect.network.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                yield ast.literal_eval(node.args[0])


@pytest.mark.parametrize("sentence", sorted(set(_sentences())))
def test_a_sentence_is_translated_with_all_its_fields(sentence):
    translated = translator("zh")(sentence)
    assert translated != sentence
    assert sorted(re.findall(r"{\w+}", translated)) == sorted(re.findall(r"{\w+}", sentence))
