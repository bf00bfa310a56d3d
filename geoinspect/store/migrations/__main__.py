"""Write the next step: `python -m geoinspect.store.migrations NAME`, after a change of tables."""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import produce_migrations, render_python_code
from sqlalchemy import create_engine, text

from geoinspect.store import tables
from geoinspect.store.migrations import FOLDER, REVISION, migration_context, upgrade

if TYPE_CHECKING:
    from pathlib import Path

_STEP = '''\
"""{title}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoinspect.store import columns

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    """Lead a database here from the step before."""
    {body}
'''


def write_step(name: str) -> Path:
    """
    Write down what leads from the tables of the newest step to those of `tables`.

    Parameters
    ----------
    name
        What the step brings, in small letters with underscores.

    Returns
    -------
    path
        The file, to be read and corrected by a person.
    """
    revision = f"{int(REVISION) + 1:04}"
    path = FOLDER / "versions" / f"step_{revision}_{name}.py"
    step = _STEP.format(
        title=name.replace("_", " ").capitalize(), revision=revision, before=REVISION, body=_body()
    )
    path.write_text(step, encoding="utf-8")
    return path


def _body() -> str:
    """Return the statements, as the body of a function."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/steps.db")
        with engine.begin() as connection:
            connection.execute(text("PRAGMA user_version"))
            upgrade(connection)
            context = migration_context(connection)
            context.opts.update(
                sqlalchemy_module_prefix="sa.",
                alembic_module_prefix="op.",
                user_module_prefix="columns.",
                render_as_batch=False,
            )
            operations = produce_migrations(context, tables.metadata).upgrade_ops
        engine.dispose()
    if operations is None:
        return "pass"
    options: dict[str, Any] = {"user_module_prefix": "columns."}
    return render_python_code(operations, **options).strip()


if __name__ == "__main__":
    print(write_step(sys.argv[1]))
