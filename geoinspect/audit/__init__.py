"""The log that cannot be edited: rows in a chain of hashes, and whether the chain holds."""

from geoinspect.audit.chain import (
    GENESIS,
    AuditRow,
    Fault,
    Head,
    head_of,
    next_row,
    read_head,
    verify_chain,
)
from geoinspect.audit.files import MIN_KEEP_DAYS, jsonl_of, read_jsonl
from geoinspect.audit.writing import Keeper, log

__all__ = [
    "GENESIS",
    "MIN_KEEP_DAYS",
    "AuditRow",
    "Fault",
    "Head",
    "Keeper",
    "head_of",
    "jsonl_of",
    "log",
    "next_row",
    "read_head",
    "read_jsonl",
    "verify_chain",
]
