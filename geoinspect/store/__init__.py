"""Where a city keeps its tables: one interface, SQLite by default."""

from geoinspect.store.store import Changes, Store

__all__ = ["Changes", "Store"]
