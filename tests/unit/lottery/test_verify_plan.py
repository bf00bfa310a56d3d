"""The stand-alone check agrees with the library's, with the standard library alone."""

from __future__ import annotations

import ast
import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geoinspect.lottery.verify_plan as standalone
from geoinspect.lottery.record import to_bytes

from .test_verify import CHANGES, FORGERIES, recommitted

Record = dict[str, Any]
SCRIPT = Path(standalone.__file__)


def test_it_is_short_and_imports_only_the_standard_library() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            assert {
                getattr(node, "module", None) or name for name in names
            } <= sys.stdlib_module_names


def test_every_record_carries_it_and_it_runs_alone(tmp_path: Path, tinytown_plan: Record) -> None:
    carried = tinytown_plan["software"]["verify_plan.py"]
    assert carried == SCRIPT.read_text(encoding="utf-8")
    (tmp_path / "verify_plan.py").write_text(carried, encoding="utf-8")
    (tmp_path / "plan.json").write_bytes(to_bytes(tinytown_plan))
    command = [sys.executable, "-I", "verify_plan.py", "plan.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert tinytown_plan["draw"]["commitment"] in done.stdout
    wrong = subprocess.run(
        [*command, "00"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert wrong.returncode != 0
    assert "published hash" in wrong.stderr


@pytest.mark.parametrize("what", CHANGES)
def test_it_finds_every_change_the_library_finds(tinytown_plan: Record, what: str) -> None:
    changed = copy.deepcopy(tinytown_plan)
    CHANGES[what][0](changed)
    with pytest.raises((ValueError, KeyError, IndexError)):
        standalone.check(to_bytes(changed))


@pytest.mark.parametrize(
    "what",
    [
        what
        for what in FORGERIES
        if what not in ("a later start", "a shorter leg", "legs that do not meet")
    ],
)
def test_it_sees_through_forgeries_of_the_draw(tinytown_plan: Record, what: str) -> None:
    forged = copy.deepcopy(tinytown_plan)
    FORGERIES[what][0](forged)
    with pytest.raises((ValueError, KeyError, IndexError)):
        standalone.check(to_bytes(recommitted(forged)))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(position=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_no_changed_byte_escapes_it(tinytown_plan: Record, position: float, change: int) -> None:
    content = bytearray(to_bytes(tinytown_plan))
    content[int(position * len(content))] ^= change
    with pytest.raises(
        (ValueError, KeyError, IndexError, TypeError, StopIteration, AttributeError)
    ):
        standalone.check(bytes(content))
