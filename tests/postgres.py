"""A PostgreSQL of the tests' own: a cluster in a temporary folder, reached by a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Cluster:
    """
    A PostgreSQL server that nobody else knows of.

    Its databases sort text as Chinese readers expect, unlike Python: ids must not.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._numbers = count(1)
        # PostgreSQL refuses to run as root
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        self._run(
            "initdb", "-D", self.folder / "data", "-U", "geoinspect", "-A", "trust", "-E", "UTF8",
            "--no-sync", "--no-instructions", "--locale=C.UTF-8", "--locale-provider=icu",
            "--icu-locale=zh",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start the server, without the care for power cuts that tests do not need."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop the server at once, as a fault would."""
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        """Stop the server and leave nothing behind."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)

    def url(self) -> str:
        """Return the address of a schema that no test has used yet."""
        schema = f"city_{next(self._numbers)}"
        return f"postgresql://geoinspect@/postgres?host={self.folder}&schema={schema}"

    def database(self, template: str = "template1") -> str:
        """Make a database as a copy of another one that nobody is connected to; return its name."""
        name = f"database_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def full_disk(self, name: str, table: str) -> Iterator[None]:
        """
        Let a table of a database that has no rows yet find no space on the disk.

        Its file is a link to /dev/full, where every write fails for want of space. All
        connections are cut before and after, for they hold the file open.
        """
        with psycopg.connect(f"host={self.folder} user=geoinspect dbname={name}") as connection:
            [path] = connection.execute("SELECT pg_relation_filepath(%s)", [table]).fetchone() or ()
        file = self.folder / "data" / path
        assert file.stat().st_size == 0
        aside = file.rename(file.with_name("aside"))
        file.symlink_to("/dev/full")
        self._cut(name)
        try:
            yield
        finally:
            aside.replace(file)
            self._cut(name)

    def _cut(self, name: str) -> None:
        self._tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='{name}'")

    def address(self, name: str) -> str:
        """Return the address of a database that `database` made."""
        return f"postgresql://geoinspect@/{name}?host={self.folder}"

    def _tell(self, statement: str) -> None:
        where = f"host={self.folder} user=geoinspect dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: object) -> None:
        """Run a program of PostgreSQL; what it prints is shown when it fails."""
        # a pipe would stay open as long as the server runs
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [PROGRAMS / program, *map(str, arguments)],
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=False,
                **self._as_user,
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()
