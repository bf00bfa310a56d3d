"""
Messages in the reader's language: Simplified Chinese first, English second.

The English sentence in the code is the key; `locale/<language>/*.po` holds the
translations, one file a part of the package. The catalogues are read as text, so
that nothing has to be compiled before the package runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")

_CATALOGUE_FOLDERS = {"zh": "zh_CN"}


def translator(language: Language) -> Callable[[str], str]:
    """
    Return the function that turns an English sentence into `language`.

    A sentence without a translation comes back as it is, in English.

    Examples
    --------
    >>> translator("en")("Routes")
    'Routes'
    """
    catalogue = _catalogue(language)
    return lambda sentence: catalogue.get(sentence, sentence)


@cache
def _catalogue(language: Language) -> dict[str, str]:
    """All translations of one language, by English sentence; empty for English."""
    if language not in _CATALOGUE_FOLDERS:
        return {}
    folder = files("geoinspect") / "locale" / _CATALOGUE_FOLDERS[language]
    translations: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".po"):
            with file.open("rb") as stream:
                messages = read_po(stream)
            translations.update({str(m.id): str(m.string) for m in messages if m.id and m.string})
    return translations


def in_english(sentence: str) -> str:
    """Return the sentence as it is; the translation into English."""
    return sentence


@dataclass(frozen=True)
class Remark:
    """
    One sentence with its values, not yet in any language.

    Examples
    --------
    >>> Remark("Sheet {sheet} is hidden.", {"sheet": "S2"}).render()
    'Sheet S2 is hidden.'
    """

    sentence: str
    data: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = in_english) -> str:
        """Return the sentence in the language of `translate`, with the values filled in."""
        return translate(self.sentence).format(**self.data)
