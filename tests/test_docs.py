"""What the documents say is so: commands, targets, links and descriptions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from geoinspect.cli.main import COMMANDS, app

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]


def command_lines(name: str) -> list[list[str]]:
    """The geoinspect commands of a README, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = re.findall(r"^geoinspect .*$", text, flags=re.MULTILINE)
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.parametrize("name", READMES)
def test_every_command_in_a_readme_is_understood(name: str) -> None:
    group = typer.main.get_command(app)
    lines = command_lines(name)
    assert len(lines) > 20
    for words in lines:
        rest = words[2:] if words[0] == "-C" else words
        command, context = group, typer.Context(group)
        while rest and hasattr(command, "get_command") and not rest[0].startswith("-"):
            command, rest = command.get_command(context, rest[0]), rest[1:]
            assert command is not None, words
        # parsing checks the names of options and whether values are missing; nothing runs
        command.make_context(words[0], rest, parent=context)


@pytest.mark.parametrize("name", READMES)
def test_links_and_pictures_of_a_readme_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(((?!https?:)[^)]+)\)", text)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


def test_both_readmes_show_the_same_commands() -> None:
    assert command_lines(READMES[0]) == command_lines(READMES[1])


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"\b(geoinspect|make)\b[^\n]* {name}\b", text), name


def test_summaries_of_commands_are_those_of_their_help() -> None:
    group = typer.main.get_command(app)
    context = typer.Context(group)
    for name, (_, _, summary) in COMMANDS.items():
        told = group.get_command(context, name).get_short_help_str(limit=200)
        assert told.rstrip(".").startswith(summary.rstrip(".")) or summary.rstrip(".") in told


def test_every_make_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"\.PHONY: ((?:.*\\\n)*.*)\n", makefile)
    assert phony is not None
    for target in phony[1].replace("\\\n", " ").split():
        explained = re.search(rf"^{target}:.*## \w", makefile, flags=re.MULTILINE)
        assert explained or target == "check", target


def test_folders_that_are_not_the_library_point_to_it() -> None:
    for folder in ("maps", "api"):
        first = (ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()[0]
        assert f"geoinspect/{folder}" in first
