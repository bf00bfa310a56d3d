"""Every sentence of the application's templates exists in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

from geoinspect.api.pages.administration import DAY_WORDS, KINDS, WEEKDAYS
from geoinspect.api.pages.days import STEPS
from geoinspect.api.pages.problems import FILTERS
from geoinspect.api.pages.rendering import NAVIGATION
from geoinspect.api.pages.units import STATUSES
from geoinspect.cases import Act, Defect, Party, State
from geoinspect.cases.signs import FINDING, REINSPECTION, REPLY
from geoinspect.jobs import TASKS
from geoinspect.messages import translator
from geoinspect.people import Role
from geoinspect.store.jobs import JobState

TEMPLATES = Path(__file__).parents[2] / "maps" / "templates" / "app"
SENTENCE = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"\s*[,)]')


def test_every_sentence_of_a_template_is_translated() -> None:
    sentences = {s for file in TEMPLATES.glob("*.j2") for s in SENTENCE.findall(file.read_text())}
    assert len(sentences) > 100
    chinese = translator("zh")
    assert sorted(s for s in sentences if chinese(s) == s) == []


def test_every_word_that_a_template_puts_together_is_translated() -> None:
    words = [entry.name for entry in NAVIGATION] + [name for _, name in (*STEPS, *KINDS)]
    words += [*DAY_WORDS.values(), *WEEKDAYS]
    words += [f"item {how}" for how in ("added", "removed", "changed")]
    words += [f"job {kind}" for kind in TASKS] + [f"job is {state}" for state in JobState]
    words += [f"role {role}" for role in Role] + [name for _, name in FILTERS]
    words += [f"case is {state}" for state in State] + [f"step {act}" for act in Act]
    words += [f"part {party}" for party in Party] + [f"severity {n}" for n in (1, 2, 3)]
    words += [name for _, name in STATUSES]
    words += [f"defect {each}" for each in Defect]
    words += [f"photo of {use}" for use in (FINDING, REPLY, REINSPECTION)]
    chinese = translator("zh")
    assert [word for word in words if chinese(word) == word] == []
