"""What the service keeps: people, jobs, answers and the log; places are searched by index."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, String, Text

from geoinspect.store.auditguard import guard_audit_log

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the service, and on a server the indexes of places."""
    _create_work()
    _create_people()
    _create_log()
    if op.get_bind().dialect.name == "postgresql":
        for name in ("points", "districts", "violations"):
            op.create_index(f"{name}_geometry", name, ["geometry"], postgresql_using="gist")


def _create_work() -> None:
    op.create_table(
        "jobs",
        Column("job_id", String, primary_key=True),
        Column("number", Integer, nullable=False, unique=True),
        Column("kind", String, nullable=False),
        Column("made_by", String, nullable=False),
        Column("made_at", DateTime, nullable=False),
        Column("state", String, nullable=False),
        Column("version", Integer, nullable=False),
        Column("step", Text, nullable=False),
        Column("arguments", Text, nullable=False),
        Column("secret", LargeBinary),
        Column("intent", Text),
        Column("result", Text),
        Column("problem", Text),
        Column("cancel_wanted", Integer, nullable=False),
        Column("claim", String, nullable=False),
        Column("beat", Integer, nullable=False),
    )
    op.create_table(
        "answers",
        Column("key", String, primary_key=True),
        Column("request", String, nullable=False),
        Column("claimed_at", DateTime, nullable=False),
        Column("status", Integer),
        Column("headers", Text),
        Column("body", LargeBinary),
    )


def _create_people() -> None:
    op.create_table(
        "organisations",
        Column("organisation_id", String, primary_key=True),
        Column("name", Text, nullable=False),
        Column("parent_id", String),
    )
    op.create_table(
        "users",
        Column("user_id", String, primary_key=True),
        Column("name", Text, nullable=False),
        Column("role", String, nullable=False),
        Column("offices", Text, nullable=False),
        Column("districts", Text, nullable=False),
        Column("categories", Text, nullable=False),
        Column("inspector_id", String),
        Column("password_hash", Text),
        Column("subject", String, unique=True),
        Column("totp_secret", String),
        Column("totp_step", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("failed_at", DateTime),
        Column("disabled", Boolean, nullable=False),
    )
    op.create_table(
        "sessions",
        Column("session_hash", String, primary_key=True),
        Column("user_id", String, nullable=False),
        Column("created_at", DateTime, nullable=False),
        Column("used_at", DateTime, nullable=False),
    )
    op.create_table(
        "tokens",
        Column("token_hash", String, primary_key=True),
        Column("token_id", String, nullable=False, unique=True),
        Column("user_id", String, nullable=False),
        Column("name", Text, nullable=False),
        Column("scopes", Text, nullable=False),
        Column("created_at", DateTime, nullable=False),
        Column("expires_at", DateTime, nullable=False),
    )


def _create_log() -> None:
    op.create_table(
        "audit_log",
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("previous", String(64), nullable=False),
        Column("at", String, nullable=False),
        Column("actor", Text, nullable=False),
        Column("action", String, nullable=False),
        Column("object", Text, nullable=False),
        Column("details", Text, nullable=False),
        Column("hash", String(64), nullable=False, unique=True),
    )
    guard_audit_log(op.get_bind())
