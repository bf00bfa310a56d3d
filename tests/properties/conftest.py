"""Properties: what holds for every input, of code whose lines the unit tests count."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: Where there are no unit tests beside.
COUNTED = {"test_audit_properties.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count what unit tests cover: to follow hundreds of examples line by line takes long."""
    for item in items:
        if HERE in item.path.parents and item.path.name not in COUNTED:
            item.add_marker(pytest.mark.no_cover)
