"""
From the tables of any earlier geoinspect to those of this one, step by step (Alembic).

Each file in `versions` is one step. A new database is not led through them: it gets the
tables as they are now. When the tables change, `python -m geoinspect.store.migrations NAME`
writes the next step, and `REVISION` names it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, String, Table, insert, inspect, select
from sqlalchemy.exc import OperationalError, ProgrammingError

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

#: The newest step; an older program does not know it and leaves the database alone.
REVISION = "0012"

FOLDER = Path(__file__).parent

#: Where Alembic keeps which step a database has come to.
_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
#: Where programs before Alembic kept it.
_old_version = Table("schema", MetaData(), Column("version", String, primary_key=True))
_BEFORE_ALEMBIC = {"1", "2"}


def revision_of(connection: Connection) -> str | None:
    """
    Return the step that a database has come to.

    Returns
    -------
    revision
        "" for a database made before there were steps, the version that a program not
        known here left behind, or None if there are no tables of a city.
    """
    names = set(inspect(connection).get_table_names())
    if _version.name in names:
        found: str | None = connection.scalar(select(_version.c.version_num))
        return found
    if _old_version.name in names:
        old = str(connection.scalar(select(_old_version.c.version)))
        return "" if old in _BEFORE_ALEMBIC else old
    return None


def is_current(connection: Connection) -> bool:
    """
    Tell whether a database has come to the newest step; quick, for each request asks it.

    Where it has not, PostgreSQL may take no more statements in this transaction.
    """
    try:
        return connection.scalar(select(_version.c.version_num)) == REVISION
    except (OperationalError, ProgrammingError):
        # there is no such table; a database that is away or damaged has another error
        return False


def is_known(revision: str | None) -> bool:
    """Tell whether a database that has come to this step can be led on."""
    return revision is not None and (
        not revision or any(step.revision == revision for step in scripts().walk_revisions())
    )


def stamp(connection: Connection) -> None:
    """Note that a database has the tables of this program."""
    _version.create(connection)
    connection.execute(insert(_version).values(version_num=REVISION))


def upgrade(connection: Connection) -> None:
    """Lead a database to the newest step, in the transaction of its caller."""
    # a library for a moment that comes once a release
    from alembic.operations import Operations

    context = migration_context(connection)
    with Operations.context(context):
        context.run_migrations()


def migration_context(connection: Connection) -> MigrationContext:
    """Return what Alembic needs to lead a database to the newest step."""
    from alembic.runtime.migration import MigrationContext

    steps = scripts()

    def is_kept(item: Any, _name: object, kind: str, _found: bool, _other: object) -> bool:
        """Leave out the indexes that a kind of database does not have."""
        ours = not _found and kind == "index" and item._ddl_if is not None
        return not ours or item._ddl_if.dialect == connection.dialect.name

    return MigrationContext.configure(
        connection,
        opts={
            "fn": lambda revision, _context: steps._upgrade_revs("head", revision),
            "include_object": is_kept,
        },
    )


def scripts() -> ScriptDirectory:
    """Return all steps."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(FOLDER)
