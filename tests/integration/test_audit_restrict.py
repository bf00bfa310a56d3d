"""The service works as a role of PostgreSQL that can read the log and add to it, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from geoinspect.cityfolder import CityFolder
from geoinspect.errors import StoreError

from ..killing import Cities, run_and_kill
from ..killing_service import POSTS, Services
from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

STATEMENTS = (
    "UPDATE audit_log SET actor = 'nobody'",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "ALTER TABLE audit_log DISABLE TRIGGER ALL",
    "ALTER TABLE audit_log ADD COLUMN more text",
    "DROP TRIGGER audit_log_row ON audit_log",
    "DROP TABLE audit_log",
    "DROP SCHEMA city CASCADE",
)


@pytest.fixture(scope="module")
def cities(tmp_path_factory) -> Cities:
    return Cities(tmp_path_factory.mktemp("restricted"))


def _restricted(city: CityFolder, role: str) -> CityFolder:
    """Let a role of its own run a city, as an administrator would."""
    with city.store().engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    outcome = geoinspect("-C", city.path, "audit", "restrict", "--role", role)
    assert outcome.code == 0, outcome.err
    settings = city.path / "geoinspect.toml"
    address = settings.read_text(encoding="utf-8")
    settings.write_text(address.replace("geoinspect@", f"{role}@"), encoding="utf-8")
    return CityFolder.open(city.path)


def test_the_restricted_role_does_all_the_work_and_cannot_change_the_log(cities, cluster) -> None:
    services = Services(cities)
    assert len(POSTS) == 4
    for name in POSTS:
        services.round_of(
            name, cluster, prepare=lambda city, name=name: _restricted(city, f"service_{name}")
        )
    for task in ("import", "draw", "amend", "backup"):
        city = _restricted(cities.ready_for(task, cluster), f"role_{task}")
        assert not run_and_kill(city.path, task).killed
        cities.forget(city)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_restricted_role_is_refused_what_would_change_the_log(
    cities, cluster, statement
) -> None:
    city = _restricted(cities.ready_for("backup", cluster), f"role_{STATEMENTS.index(statement)}")
    before = city.store().audit.rows()
    with pytest.raises(StoreError, match=r"permission denied|must be owner"), \
            city.store().engine.begin() as connection:  # fmt: skip
        connection.execute(text(statement))
    assert city.store().audit.rows() == before
    assert before[-1].action == "audit.restrict"
    cities.forget(city)


def test_roles_that_nothing_can_be_taken_from_are_refused(cities, cluster) -> None:
    city = cities.ready_for("backup", cluster)
    where = f"host={cluster.folder} user=geoinspect dbname=postgres"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute("CREATE ROLE member LOGIN IN ROLE geoinspect")
    for role, sentence in (
        ("geoinspect", "superuser, or owns the tables"),
        ("member", "superuser, or owns the tables"),
        ("unknown", "no role 'unknown'"),
    ):
        outcome = geoinspect("-C", city.path, "audit", "restrict", "--role", role)
        assert outcome.code == 1
        assert sentence in outcome.err
    cities.forget(city)


def test_a_sqlite_city_has_no_roles(planned_city: Path) -> None:
    outcome = geoinspect("-C", planned_city, "audit", "restrict", "--role", "service")
    assert outcome.code == 1
    assert "Only PostgreSQL has roles" in outcome.err
