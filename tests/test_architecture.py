"""Imports go down only: what a part may know is what stands below it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import geoinspect

ROOT = Path(geoinspect.__file__).parent

# top to bottom; parts on one line do not know each other
LAYERS = (
    {"__main__"},
    {"cli"},
    {"api"},
    {"jobs"},
    {"citybackup"},
    {"casepapers", "ticketanswers"},
    {"basemaps", "cityday", "cityforms", "cityimport", "cityreport"},
    {"cityrecords"},
    {"cityfolder"},
    {"papers"},
    {"exports", "lotteryreport", "reports", "promised"},
    {"settings", "store", "maps", "demo"},
    {"patrol"},
    {"chances", "campaigns", "estimates"},
    {"planning", "surfaces", "amending", "recency"},
    {"streetsurfaces"},
    {"drawing"},
    {"timetable"},
    {"frame", "driving", "targets", "tickets"},
    {"sealing", "audit"},
    {"lottery", "network", "routing", "intake", "responsibility"},
    {"responsibility_rules", "inspectors", "checklists", "cases"},
    {"borders"},
    {"emerging"},
    {"hotspots"},
    {"districts", "density", "networkdensity", "outcomes", "photos", "controlpoints"},
    {"datum", "geometry", "shifts", "atomic", "messages", "ledger", "people"}
    | {"beside", "masking", "rubrics", "workingdays", "officialpaper", "printing"},
    {"arrays", "columnwidths", "errors", "officefiles", "processes", "travel", "words"},
    {"__init__"},
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
MODULES = sorted(ROOT.rglob("*.py"))


def part_of(module: str) -> str:
    """Name the part of the package that a dotted module name belongs to."""
    names = module.split(".")
    return names[1] if len(names) > 1 else "__init__"


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path: Path, *, on_loading: bool = False) -> set[str]:
    """Dotted names of the package's modules that a file imports, anywhere or on loading."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if on_loading else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            deeper = {f"{node.module}.{alias.name}" for alias in node.names}
            is_module = {name for name in deeper if module_file(name) is not None}
            found |= is_module or {node.module}
    return {name for name in found if name.split(".")[0] == "geoinspect"}


def module_file(name: str) -> Path | None:
    path = ROOT.parent.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_down_only(path: Path) -> None:
    own = part_of(dotted(path))
    for name in imported_by(path):
        other = part_of(name)
        assert other == own or LEVEL[own] < LEVEL[other], f"{dotted(path)} imports {name}"


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    graph = {dotted(path): imported_by(path, on_loading=True) - {dotted(path)} for path in MODULES}
    settled: set[str] = set()
    while True:
        ready = {name for name in graph.keys() - settled if graph[name] <= settled}
        if not ready:
            break
        settled |= ready
    assert graph.keys() == settled, f"circle among {sorted(graph.keys() - settled)}"


def test_settings_are_read_by_shells_only() -> None:
    readers = {
        part_of(dotted(path)) for path in MODULES if "geoinspect.settings" in imported_by(path)
    }
    assert readers <= {"cli", "api", "cityfolder", "settings"}


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_only_made_up_histories_draw_from_a_stream_that_a_library_may_change(path: Path) -> None:
    # neither NumPy (NEP 19) nor Python promises the same numbers for ever
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    } | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {"random", "numpy.random"} & imported
    assert not [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"random", "default_rng", "RandomState"}
    ]


def test_nothing_is_called_utils() -> None:
    assert not {"utils", "util", "helpers", "common", "misc"} & {path.stem for path in MODULES}
