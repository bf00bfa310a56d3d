"""
How a database refuses to change its log.

Triggers keep every program from it that does not take them away first, by mistake or not; on
PostgreSQL the service's own role cannot take them away either, and has no right to update or
delete; see `geoinspect.store.servicerole`. Against somebody who owns the database the chain of
hashes stands, see `geoinspect.audit.chain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.audit import MIN_KEEP_DAYS
from geoinspect.audit.chain import ARCHIVE

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SQLITE = (
    """
    CREATE TRIGGER IF NOT EXISTS audit_log_no_update BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'rows of audit_log are never changed'); END
    """,
    # a row may go once an archive row vouches for it and the law does not ask for it any more
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_log_no_delete BEFORE DELETE ON audit_log
    WHEN OLD.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{MIN_KEEP_DAYS} days')
      OR OLD.number > coalesce((
        SELECT max(json_extract(details, '$.through')) FROM audit_log
        WHERE action = '{ARCHIVE}'), 0)
    BEGIN SELECT RAISE(ABORT, 'rows of audit_log are never deleted before they are archived'); END
    """,
    """
    CREATE TRIGGER IF NOT EXISTS audit_log_in_order BEFORE INSERT ON audit_log
    WHEN EXISTS (SELECT 1 FROM audit_log) AND (
      NEW.number IS NOT 1 + (SELECT max(number) FROM audit_log)
      OR NEW.previous IS NOT (SELECT hash FROM audit_log ORDER BY number DESC LIMIT 1))
    BEGIN SELECT RAISE(ABORT, 'a row of audit_log follows the one before it'); END
    """,
)

_POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last record;
    BEGIN
      IF TG_OP = 'INSERT' THEN
        EXECUTE format('SELECT number, hash FROM %I.audit_log ORDER BY number DESC LIMIT 1',
          TG_TABLE_SCHEMA) INTO last;
        IF last.number IS NOT NULL
          AND (NEW.number <> last.number + 1 OR NEW.previous <> last.hash) THEN
          RAISE EXCEPTION 'a row of audit_log follows the one before it';
        END IF;
        RETURN NEW;
      ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format('SELECT coalesce(max((details::json->>''through'')::integer), 0) '
          'AS through FROM %I.audit_log WHERE action = ''{ARCHIVE}''', TG_TABLE_SCHEMA) INTO last;
        IF OLD.at > to_char(now() AT TIME ZONE 'UTC' - interval '{MIN_KEEP_DAYS} days',
            'YYYY-MM-DD"T"HH24:MI:SS') OR OLD.number > last.through THEN
          RAISE EXCEPTION 'rows of audit_log are never deleted before they are archived';
        END IF;
        RETURN OLD;
      END IF;
      RAISE EXCEPTION 'rows of audit_log are never changed';
    END $$
    """,
    "DROP TRIGGER IF EXISTS audit_log_row ON audit_log",
    """
    CREATE TRIGGER audit_log_row BEFORE INSERT OR UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_guard()
    """,
    "DROP TRIGGER IF EXISTS audit_log_whole ON audit_log",
    """
    CREATE TRIGGER audit_log_whole BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_guard()
    """,
)


def guard_audit_log(connection: Connection) -> None:
    """Make the database refuse changes of its log; doing it again changes nothing."""
    if connection.dialect.name == "sqlite":
        statements = list(_SQLITE)
    else:
        # psycopg takes a percent sign for a placeholder
        statements = [statement.replace("%", "%%") for statement in _POSTGRESQL]
    for statement in statements:
        connection.exec_driver_sql(statement)
