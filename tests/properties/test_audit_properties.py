"""Whoever changes the log in the database itself is found, whatever they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from geoinspect.audit import AuditRow, Head, verify_chain
from geoinspect.errors import StoreError
from geoinspect.store import Store, restrict_role, tables
from geoinspect.store.auditguard import guard_audit_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
N_ROWS = 8
LOG = tables.audit_log
TEXTS = ("previous", "at", "actor", "action", "object", "details", "hash")

numbers = st.integers(1, N_ROWS)
# what PostgreSQL takes as text
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=70)
fixed = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Log:
    """A log whose rows an administrator of the database can change, and put back."""

    def __init__(self, store: Store) -> None:
        self.store = store
        for k in range(N_ROWS):
            at = NOON + timedelta(minutes=k)
            store.audit.append(f"cli:p{k % 3}", "plan.read", f"2026-11-2{k}/1", {"k": k}, at=at)
        self.rows = store.audit.rows()
        self.head = store.audit.head()

    def change(self, connection: Connection, *statements: Any) -> None:
        """Do what the triggers forbid."""
        for statement in statements:
            connection.execute(statement)

    def fault_after(self, *statements: Any, heads: tuple[Head, ...] = ()) -> int | None:
        """Change the log behind the triggers' back; return the row that is found."""
        originals = [vars(row) for row in self.rows]
        self._unguarded(*statements)
        fault = verify_chain(self.store.audit.rows(), heads=heads)
        self._unguarded(delete(LOG), *(insert(LOG).values(**row) for row in originals))
        assert verify_chain(self.store.audit.rows(), heads=(self.head,)) is None
        return None if fault is None else fault.number

    def _unguarded(self, *statements: Any) -> None:
        with self.store.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for name in connection.scalars(triggers).all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
            self.change(connection, *statements)
            if connection.dialect.name == "sqlite":
                guard_audit_log(connection)
            else:
                connection.execute(text("ALTER TABLE audit_log ENABLE TRIGGER USER"))


@pytest.fixture
def log(store: Store) -> Iterator[Log]:
    return Log(store)


def _set(which: int, /, **values: Any) -> Any:
    return update(LOG).where(LOG.c.number == which).values(**values)


def _without(number: int) -> Any:
    return delete(LOG).where(LOG.c.number == number)


@fixed
@given(number=numbers, column=st.sampled_from(TEXTS), word=words)
def test_a_row_that_was_edited_in_any_column_is_named(log, number, column, word) -> None:
    if vars(log.rows[number - 1])[column] == word:
        word += "x"
    cut = word[:64] if column in ("previous", "hash") else word
    assert log.fault_after(_set(number, **{column: cut})) == number


@fixed
@given(number=numbers, other=st.one_of(st.integers(-5, 0), st.integers(N_ROWS + 1, 2**31 - 1)))
def test_a_row_that_got_another_number_is_named_by_the_old_or_the_new_one(
    log, number, other
) -> None:
    assert log.fault_after(_set(number, number=other)) in (number, other)


@fixed
@given(number=st.integers(1, N_ROWS - 1))
def test_a_row_that_was_taken_out_is_named(log, number) -> None:
    assert log.fault_after(_without(number)) == number


@fixed
@given(numbers=st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1]))
def test_two_rows_that_changed_places_are_found_at_the_first(log, numbers) -> None:
    first, second = numbers
    rows = [vars(log.rows[k - 1]) for k in numbers]
    swapped = [{**rows[1], "number": first}, {**rows[0], "number": second}]
    moved = (_without(first), _without(second), *(insert(LOG).values(**row) for row in swapped))
    assert log.fault_after(*moved) == first


@fixed
@given(number=numbers, actor=words.filter(bool))
def test_a_row_that_was_put_in_is_found(log, number, actor) -> None:
    """All rows from there on are moved one further, the new one has a right hash."""
    before = log.rows[number - 1]
    forged = _rehashed(before, actor=f"{actor}!")
    later = [_rehashed(row, number=row.number + 1) for row in log.rows[number - 1 :]]
    statements = [_without(row.number) for row in log.rows[number - 1 :]]
    statements += [insert(LOG).values(**vars(row)) for row in (forged, *later)]
    assert log.fault_after(*statements) == number + 1


@fixed
@given(number=numbers, actor=words.filter(bool))
def test_a_row_that_was_edited_with_a_right_hash_breaks_the_chain_at_the_next(
    log, number, actor
) -> None:
    forged = _rehashed(log.rows[number - 1], actor=f"{actor}!")
    values = {"actor": forged.actor, "hash": forged.hash}
    # the last one has no next: the head that was written down tells
    wanted = min(number + 1, N_ROWS)
    assert log.fault_after(_set(number, **values), heads=(log.head,)) == wanted


@fixed
@given(number=st.integers(1, N_ROWS))
def test_a_tail_that_was_cut_off_is_found_by_a_head_that_was_written_down(log, number) -> None:
    cut = delete(LOG).where(LOG.c.number >= number)
    assert log.fault_after(cut, heads=(log.head,)) == number


@fixed
@given(number=numbers)
def test_a_chain_that_was_made_anew_is_found_by_a_head_that_was_written_down(log, number) -> None:
    chain, before = [], log.rows[0].previous
    for row in log.rows:
        actor = "nobody" if row.number == number else row.actor
        chain.append(_rehashed(row, actor=actor, previous=before))
        before = chain[-1].hash
    statements = [delete(LOG), *(insert(LOG).values(**vars(row)) for row in chain)]
    assert log.fault_after(*statements) is None
    assert log.fault_after(*statements, heads=(log.head,)) == N_ROWS


def _rehashed(row: AuditRow, **values: Any) -> AuditRow:
    """Return a row with other values and the hash that belongs to them."""
    changed = AuditRow(**{**vars(row), **values})
    return AuditRow(**{**vars(changed), "hash": changed.right_hash()})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "ALTER TABLE audit_log DISABLE TRIGGER USER",
        "DROP TRIGGER audit_log_row ON audit_log",
        "DROP TABLE audit_log",
        "CREATE OR REPLACE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE sql AS ''",
    ],
)
def test_the_role_of_the_service_can_add_to_the_log_and_change_nothing(cluster, statement) -> None:
    url = cluster.url()
    owner = Store.create(url)
    schema = url.rpartition("=")[2]
    role = f"service_{schema}"
    with owner.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        restrict_role(connection, role)
    service = Store.open(url.replace("geoinspect@", f"{role}@"))
    row = service.audit.append("cli:li", "plan.read", at=NOON)
    with pytest.raises(StoreError, match=r"permission denied|must be owner"), \
            service.engine.begin() as connection:  # fmt: skip
        connection.execute(text(statement))
    assert owner.audit.rows() == [row]


@pytest.mark.parametrize(
    "change", [update(LOG).values(actor="nobody"), delete(LOG)], ids=["update", "delete"]
)
def test_even_the_owner_is_stopped_who_does_not_take_the_triggers_away(
    store: Store, change
) -> None:
    row = store.audit.append("cli:li", "plan.read", at=NOON)
    with pytest.raises(Exception, match="never"), store.engine.begin() as connection:
        connection.execute(change)
    with store.engine.connect() as connection:
        assert connection.scalar(select(LOG.c.hash)) == row.hash
