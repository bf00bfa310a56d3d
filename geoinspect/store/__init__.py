"""Where a city keeps its tables: one interface, SQLite by default, PostgreSQL for a server."""

from geoinspect.store.backup import Contents, is_empty, restore_backup, write_backup
from geoinspect.store.databases import schema_named, shown, with_schema
from geoinspect.store.servicerole import restrict_role
from geoinspect.store.store import Changes, Store

__all__ = [
    "Changes",
    "Contents",
    "Store",
    "is_empty",
    "restore_backup",
    "restrict_role",
    "schema_named",
    "shown",
    "with_schema",
    "write_backup",
]
