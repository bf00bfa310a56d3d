"""The tables of a city's database."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from geoinspect.store.columns import Geometry, Key

# Whoever changes a table also writes a step for the databases that are there; see
# `geoinspect.store.migrations`. Times are UTC.
metadata = MetaData()

points = Table(
    "points",
    metadata,
    Column("point_id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("geometry", Geometry, nullable=False),
    Column("original_x", Float),
    Column("original_y", Float),
    Column("claimed_datum", String, nullable=False),
    Column("datum_evidence", Text, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("district", Text),
    Column("street", Text),
    Column("address", Text),
)

districts = Table(
    "districts",
    metadata,
    Column("district_id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("geometry", Geometry, nullable=False),
    Column("claimed_datum", String, nullable=False),
)

units = Table(
    "units",
    metadata,
    Column("rule_number", Integer, primary_key=True),
    Column("unit_id", String, nullable=False),
    Column("unit_name", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("point_id", Key, primary_key=True),
    Column("district_id", String),
    Column("unit_id", String),
    Column("unit_name", Text),
    Column("status", String, nullable=False),
    Column("rule", Text, nullable=False),
    Column("also", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

violations = Table(
    "violations",
    metadata,
    Column("violation_id", Key, primary_key=True),
    Column("point_id", String),
    Column("category", Text),
    Column("item", Text),
    Column("severity", Integer, nullable=False),
    Column("found_at", DateTime, nullable=False),
    Column("description", Text),
    Column("source", Text, nullable=False),
    Column("geometry", Geometry),
)

# SQLite reads a city's places faster than it would keep an index of them
for _places in (points, districts, violations):
    _index = Index(f"{_places.name}_geometry", _places.c.geometry, postgresql_using="gist")
    _index.ddl_if(dialect="postgresql")

inspections = Table(
    "inspections",
    metadata,
    Column("inspection_id", Key, primary_key=True),
    Column("point_id", String, nullable=False),
    Column("inspected_at", DateTime, nullable=False),
)

# Marks of the yearly assessment, 0 to 100, of a unit or a district; null where none was given.
marks = Table(
    "marks",
    metadata,
    Column("mark_id", Key, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("documents", Float),
    Column("questionnaire", Float),
)

# Lists are joined by 、 and days are ISO dates; see `geoinspect.inspectors`.
inspectors = Table(
    "inspectors",
    metadata,
    Column("inspector_id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("avoid_units", Text, nullable=False),
    Column("avoid_districts", Text, nullable=False),
    Column("duty_days", Text, nullable=False),
    Column("absent_days", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("act", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("commitment", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    # of a commit the packed record without routes, of a reveal the secret, of a draw the
    # packed record
    Column("content", LargeBinary),
    # of a draw the ids of the drawn points and inspectors, as JSON lists: whole records are
    # slow to read
    Column("points", Text),
    Column("inspectors", Text),
    # two programs that write at the same moment cannot both have the first draw
    UniqueConstraint("date", "attempt", "act", "part"),
)

amendments = Table(
    "amendments",
    metadata,
    Column("commitment", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("record", LargeBinary, nullable=False),
)

# Long work of the service; see `geoinspect.store.jobs`.
jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String, primary_key=True),
    # the order of arrival, which no clock decides
    Column("number", Integer, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("state", String, nullable=False),
    # raised with every change: what a listener waits for
    Column("version", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    # what only the worker may read, gone once the job has ended
    Column("secret", LargeBinary),
    # what the job is about to do for good, so that nobody does it again
    Column("intent", Text),
    Column("result", Text),
    Column("problem", Text),
    Column("cancel_wanted", Integer, nullable=False),
    # who works on it, and a count that stands still once the worker is gone
    Column("claim", String, nullable=False),
    Column("beat", Integer, nullable=False),
)

# Answers to posts that named an idempotency key; see `geoinspect.store.answers`.
answers = Table(
    "answers",
    metadata,
    Column("key", String, primary_key=True),
    Column("request", String, nullable=False),
    Column("claimed_at", DateTime, nullable=False),
    # null where a program before step 0009 took the key
    Column("claimed_by", String),
    # null while the post is under way
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent_id", String),
    Column("disabled", Boolean, nullable=False, server_default=false()),
)

# Scopes are JSON lists; see `geoinspect.people.account`.
users = Table(
    "users",
    metadata,
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
    Column("approves", Boolean, nullable=False, server_default=false()),
    Column("password_given", Boolean, nullable=False, server_default=false()),
)

# Of a session and of a token only the hash is kept: who reads the database cannot be them.
sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("used_at", DateTime, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("token_id", String, nullable=False, unique=True),
    Column("user_id", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
)

# Violation cases; see `geoinspect.cases` and `geoinspect.store.cases`. Rows of moves, notices,
# replies and re-inspections are only ever added.
cases = Table(
    "cases",
    metadata,
    Column("case_id", Key, primary_key=True),
    Column("point_id", String),
    Column("point_name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("unit_id", String),
    Column("unit_name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("defect", String, nullable=False),
    Column("severity", Integer, nullable=False),
    # reports ask for the few that units found themselves
    Column("source", Text, nullable=False, index=True),
    Column("lon", Float),
    Column("lat", Float),
    Column("found_at", DateTime, nullable=False),
    Column("opened_at", DateTime, nullable=False),
)

case_moves = Table(
    "case_moves",
    metadata,
    Column("case_id", Key, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("party", String, nullable=False),
    Column("reason", Text, nullable=False),
    # the last day that the unit has from here on, an ISO date; null if it stays as it was
    Column("deadline", String),
)

# few cases are dismissed, and every report asks for them
_dismissed = case_moves.c.after == "dismissed"
Index(
    "case_moves_dismissed",
    case_moves.c.case_id,
    sqlite_where=_dismissed,
    postgresql_where=_dismissed,
)

notices = Table(
    "notices",
    metadata,
    # two programs that number at the same moment cannot both have a number
    Column("issuer", String, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Key, nullable=False, unique=True),
    Column("content", Text, nullable=False),
)

replies = Table(
    "replies",
    metadata,
    Column("case_id", Key, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    # of a reply that came on a sheet: which record of it, and a hash of what it said
    Column("record_id", String),
    Column("version", Integer),
    Column("content_sha256", String),
    UniqueConstraint("record_id", "version"),
)

reinspections = Table(
    "reinspections",
    metadata,
    Column("case_id", Key, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("passed", Boolean, nullable=False),
    Column("note", Text, nullable=False),
)

# What photos tell of themselves; the files are in the city's folder. Taken is UTC.
photos = Table(
    "photos",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", DateTime),
    Column("lon", Float),
    Column("lat", Float),
    Column("likeness", LargeBinary, nullable=False),
)

photo_uses = Table(
    "photo_uses",
    metadata,
    # the order of arrival, which no clock decides
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Key, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("use", String, nullable=False),
    # number of the move that the photo came with, 0 for the finding
    Column("move", Integer, nullable=False),
    UniqueConstraint("case_id", "sha256", "use", "move"),
)

# What decides which closed cases are visited again; see `geoinspect.cases.rechecks`.
recheck_seeds = Table(
    "recheck_seeds",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("seed", String, nullable=False),
    Column("made_at", DateTime, nullable=False),
)

# The log that cannot be edited; see `geoinspect.audit`. All text but the number, for its
# bytes are what is hashed. `geoinspect.store.auditlog` makes the database refuse changes.
audit_log = Table(
    "audit_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("previous", String(64), nullable=False),
    Column("at", String, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String, nullable=False),
    Column("object", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

# Versions of the checklist; see `geoinspect.checklists`. Weights are a JSON object.
checklists = Table(
    "checklists",
    metadata,
    Column("version", Key, primary_key=True),
    Column("effective_from", String, nullable=False),
    Column("effective_to", String),
    Column("sha256", String, nullable=False),
)

checklist_items = Table(
    "checklist_items",
    metadata,
    Column("version", Key, primary_key=True),
    Column("item_id", Key, primary_key=True),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("item_class", String, nullable=False),
    Column("full_score", Float, nullable=False),
    Column("deduction", Float, nullable=False),
    Column("allowance", Integer, nullable=False),
    Column("weights", Text, nullable=False),
)

# What inspections found, every revision of every record; see `geoinspect.store.results`.
results = Table(
    "results",
    metadata,
    Column("inspection_id", Key, primary_key=True),
    Column("item_id", Key, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("point_id", String, nullable=False),
    Column("category", Text, nullable=False),
    Column("inspected_at", DateTime, nullable=False),
    Column("version", String, nullable=False),
    # null: not applicable
    Column("n_breaches", Integer),
    Column("score", Float),
    # SHA-256 of photos, or their names, joined by 、
    Column("photos", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("inspector", Text, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
    # the violation that a failing item led to or was found to be
    Column("violation_id", String, index=True),
    Column("link_reason", Text, nullable=False),
)

# When inspectors came to a stop and left it, and where their phone was; see
# `geoinspect.store.fieldwork`. Not yet known is null.
visits = Table(
    "visits",
    metadata,
    Column("inspection_id", Key, primary_key=True),
    Column("point_id", String, nullable=False),
    Column("visitor", String, nullable=False),
    Column("arrived_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
)

# Reports of citizens and of the grid, personal data masked; see `geoinspect.store.tickets`.
tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", Key, primary_key=True),
    Column("source", Text, nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("item", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("point_id", String),
    Column("geometry", Geometry),
    Column("confidence", Float, nullable=False),
    Column("evidence", Text, nullable=False),
    # the case: a violation, null while nobody knows where it is
    Column("violation_id", String, index=True),
    Column("link_reason", Text, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
)

# What was masked, only where the office asked to keep it; sealed where there is a key.
ticket_originals = Table(
    "ticket_originals",
    metadata,
    Column("ticket_id", Key, primary_key=True),
    Column("content", Text, nullable=False),
)
