"""Every sentence a user may read exists in Chinese, with the same fields."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections import Counter
from pathlib import Path

from babel.messages.pofile import read_po

import geoinspect
from geoinspect import errors
from geoinspect.messages import translator

ROOT = Path(geoinspect.__file__).parent
ERRORS = {name for name, item in inspect.getmembers(errors, inspect.isclass)}
# functions whose constant texts are shown to users
SPEAKERS = ERRORS | {
    "Remark", "_failure", "say", "step", "table", "translate", "OverloadedZoneError", "quarantine",
    "fix", "note", "Fault",
}  # fmt: skip

# texts that these functions get for other purposes
NO_SENTENCES = {"the record", "Valid Geometry", "lon, lat"}


def sentences_of(path: Path) -> set[str]:
    """Constant texts that a file hands to functions that speak to users."""
    found = set()
    module = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        node.targets[0].id: constants(node.value)
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SPEAKERS:
                for argument in node.args:
                    texts = constants(argument)
                    if isinstance(argument, ast.Name):
                        texts = named.get(argument.id, set())
                    found |= {text for text in texts if " " in text or "{" in text}
    return found - NO_SENTENCES


def constants(node: ast.expr) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.List | ast.Tuple):
        return set().union(*(constants(item) for item in node.elts)) if node.elts else set()
    return set()


def fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_every_sentence_is_translated_with_its_fields() -> None:
    chinese = translator("zh")
    missing, wrong = [], []
    for path in sorted(ROOT.rglob("*.py")):
        for sentence in sorted(sentences_of(path)):
            translation = chinese(sentence)
            if translation == sentence:
                missing.append(f"{path.relative_to(ROOT)}: {sentence}")
            elif fields(sentence) != fields(translation):
                wrong.append(f"{sentence} -> {translation}")
    assert not missing, "not translated:\n" + "\n".join(missing)
    assert not wrong, "other fields:\n" + "\n".join(wrong)


def test_no_sentence_is_translated_in_two_ways() -> None:
    seen: dict[str, str] = {}
    for catalogue in sorted((ROOT / "locale" / "zh_CN").glob("*.po")):
        with catalogue.open("rb") as stream:
            for message in read_po(stream):
                if message.id:
                    before = seen.setdefault(str(message.id), str(message.string))
                    assert before == str(message.string), f"{catalogue.name}: {message.id}"


def test_no_sentence_stands_twice_in_a_catalogue() -> None:
    # readers of catalogues keep one of two without a word
    for catalogue in sorted((ROOT / "locale" / "zh_CN").glob("*.po")):
        ids = re.findall(r'^msgid (".*"(?:\n".*")*)$', catalogue.read_text("utf-8"), re.MULTILINE)
        assert len(ids) > 1
        assert [each for each, n in Counter(ids).items() if n > 1] == [], catalogue.name
