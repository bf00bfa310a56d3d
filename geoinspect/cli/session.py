"""What the commands of one call share: the city, the language, and how to talk."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from getpass import getuser
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from geoinspect.atomic import write_bytes
from geoinspect.audit import log
from geoinspect.errors import GeoinspectError, InputError
from geoinspect.messages import LANGUAGES, Language, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import typer

    from geoinspect.chances import Problem
    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Remark


@dataclass
class Session:
    """
    One call of the command line.

    Attributes
    ----------
    city_path
        Folder given with -C.
    wanted_language
        Language given with --lang, "" for the city's own.
    language
        Language to talk in.
    verbose
        Whether errors come with a traceback.
    command
        First word of the command.
    folder
        The city, once a command has opened it.
    talk
        Where progress and summaries go: standard error.
    """

    city_path: Path | None = None
    wanted_language: str = ""
    language: Language = "zh"
    verbose: bool = False
    command: str = ""
    folder: CityFolder | None = None
    talk: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def configure(self, city_path: Path | None, language: str, *, verbose: bool) -> None:
        """Take over the options that stand before the command."""
        self.verbose = verbose
        self.city_path = city_path
        if language and language not in LANGUAGES:
            raise InputError(
                "The language {language!r} is not known: use zh or en.", language=language
            )
        self.wanted_language = language
        self.language = _language(language) or self.language

    def city(self, *, silently: bool = False) -> CityFolder:
        """
        Open the city of this call; its language is spoken from here on.

        With `silently`, its log gets no row: a new city must not begin one of its own before
        a backup brings back the old one.
        """
        if self.city_path is None:
            raise InputError(
                "This command needs a city: write `geoinspect -C FOLDER ...`; "
                "`geoinspect init FOLDER` makes one."
            )
        # loads the libraries for tables and roads, which `verify` can do without
        from geoinspect.cityfolder import CityFolder

        city = CityFolder.open(self.city_path, actor=f"cli:{getuser()}")
        self.language = _language(self.wanted_language) or city.settings.language
        if not silently:
            self.folder = city
            self._note_settings(city)
        return city

    def log(self, action: str, object: str = "", **details: Any) -> None:
        """Enter in the log of the city what this call does besides changing its tables."""
        city = self.folder or self.city()
        log(city.store(), city.actor, action, object, **details)

    def _note_settings(self, city: CityFolder) -> None:
        """Enter a change of the settings' file."""
        try:
            city.note_settings()
        except GeoinspectError:
            # without a database there is no log: a command that needs one says so itself,
            # and `restore` brings one back
            return

    def log_failure(self, error: GeoinspectError) -> None:
        """Enter in the log that a command failed; the sentence goes in without its values."""
        if self.folder is None:
            return
        try:
            name = type(error).__name__
            self.log("failure", self.command, error=name, sentence=error.sentence)
        except GeoinspectError as second:
            problem = second.render(self.translate)
            self.say("The failure is not in the log: {problem}", problem=problem)

    def translate(self, sentence: str) -> str:
        """Turn an English sentence into the language of this call."""
        return translator(self.language)(sentence)

    def say(self, sentence: str, **data: object) -> None:
        """Print a sentence to standard error."""
        self.talk.print(self.translate(sentence).format(**data), markup=False, soft_wrap=True)

    def tell(self, remark: Remark) -> None:
        """Print a remark about what was just done, indented below it."""
        self.talk.print("  " + remark.render(self.translate), markup=False, soft_wrap=True)

    def tell_problem(self, problem: Problem) -> None:
        """Print a wish that the chances cannot fulfil."""
        self.say("Note: {problem}", problem=problem.render(self.translate))

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table to standard error."""
        table = Table(title=self.translate(title), title_justify="left")
        for column in columns:
            # Chinese has no spaces to break at: fold rather than cut off
            table.add_column(self.translate(column), overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        self.talk.print(table)

    @contextmanager
    def steps(self) -> Iterator[Callable[[str], None]]:
        """Show each step of long work as it begins, and how long it took."""
        began: list[tuple[str, float]] = []

        def finish() -> None:
            if began:
                name, at = began[-1]
                seconds = f"{time.perf_counter() - at:.1f} s"
                self.talk.print(f"  {self.translate(name)}  {seconds}", markup=False)

        with self.talk.status("") as status:

            def step(name: str) -> None:
                finish()
                began.append((name, time.perf_counter()))
                status.update(escape(self.translate(name)))

            yield step
            finish()

    def put(self, content: bytes, path: Path | None) -> None:
        """Write data to a file, or to standard output."""
        if path is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        write_bytes(path, content)
        self.say("Written: {path}", path=path)


def session_of(context: typer.Context) -> Session:
    """Return the session of a command."""
    session = context.obj
    if not isinstance(session, Session):
        raise TypeError("the command line was not started through main()")
    return session


def _language(text: str) -> Language | None:
    return next((language for language in LANGUAGES if language == text), None)
