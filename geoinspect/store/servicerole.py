"""The role of PostgreSQL that runs the service: it works on all tables, and adds to the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from geoinspect.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FACTS = text("""
    SELECT r.rolsuper AS is_super, pg_has_role(r.oid, c.relowner, 'MEMBER') AS owns_log,
      pg_has_role(r.oid, n.nspowner, 'MEMBER') AS owns_schema,
      pg_has_role(c.relowner, 'MEMBER') AS i_own, n.nspname AS schema
    FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rolname = :role AND c.oid = 'audit_log'::regclass
""").bindparams(bindparam("role"))

#: Of the whole schema first, then less of the log; a later program's tables are like the others.
_GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} "
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {role}",
    "REVOKE ALL ON audit_log FROM PUBLIC, {role}",
    "GRANT SELECT, INSERT ON audit_log TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
)


def restrict_role(connection: Connection, role: str) -> None:
    """
    Let a role run the service, and take from it the right to change the log.

    To be run by the owner of the tables, who must be another role: an owner can always give
    itself back what it gave up. Doing it again changes nothing.

    Parameters
    ----------
    connection
        Connection of the owner, in the city's schema.
    role
        The role that the service signs in as.

    Raises
    ------
    NotFoundError
        If the server has no such role.
    InputError
        If the database is a SQLite file, the role could change the log all the same, or
        somebody else than the owner asks.
    """
    if connection.dialect.name != "postgresql":
        raise InputError(
            "Only PostgreSQL has roles: with a SQLite file whoever may write to it can change the "
            "log, and `geoinspect audit verify` finds it out."
        )
    facts = connection.execute(_FACTS, {"role": role}).mappings().one_or_none()
    if facts is None:
        raise NotFoundError(
            "The server has no role {role!r}: make it with `CREATE ROLE {role} LOGIN PASSWORD "
            "'...'`.",
            role=role,
        )
    _check(facts, role)
    quote = connection.dialect.identifier_preparer.quote
    for statement in _GRANTS:
        names = {"schema": quote(facts["schema"]), "role": quote(role)}
        connection.execute(text(statement.format(**names)))


def _check(facts: Any, role: str) -> None:
    """Refuse a role that no grant can restrict, and an asker whose grants mean nothing."""
    if facts["is_super"] or facts["owns_log"] or facts["owns_schema"]:
        raise InputError(
            "The role {role!r} is a superuser, or owns the tables: it could change the log "
            "whatever is taken from it. Name another role for the service.",
            role=role,
        )
    if not facts["i_own"]:
        raise InputError(
            "Only the owner of the tables can restrict a role: run this with the address of the "
            "owner in GEOINSPECT_DATABASE_URL."
        )
