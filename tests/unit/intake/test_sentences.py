"""Every sentence that intake may say has a Chinese translation with the same fields."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import geoinspect.datum
import geoinspect.intake
from geoinspect.intake.answer import FIXED, IGNORED, IGNORED_KINDS, IMPORTED, QUARANTINED
from geoinspect.messages import translator

SOURCES = [
    Path(geoinspect.datum.__file__),
    *sorted(Path(geoinspect.intake.__file__).parent.glob("*.py")),
]
WORDS = [IMPORTED, FIXED, QUARANTINED, IGNORED, *IGNORED_KINDS.values()]


def sentences(source):
    """Return the string constants of a module that are sentences, without docstrings."""
    tree = ast.parse(source.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and " " in node.value.strip(" .")
        and node.value[-1] in ".?"
    }


def fields(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


SENTENCES = sorted(set().union(*map(sentences, SOURCES)) | set(WORDS))


def test_there_are_sentences():
    assert len(SENTENCES) > 50


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_is_translated_with_the_same_fields(sentence):
    chinese = translator("zh")(sentence)
    assert chinese != sentence
    assert fields(chinese) == fields(sentence)
