"""
Backups: the tables of a city as of one moment in one file, whichever database they are in.

A backup is a SQLite database with the same tables, so that it can be brought back into
either database, led on by the same steps as any other, and opened if all else is lost. It
holds how many rows each table has and a hash of them, and is read back before it takes its
name. Files that the tables speak of can lie in it, too; see `geoinspect.citybackup`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    literal_column,
    select,
    update,
)

from geoinspect.atomic import whole_file
from geoinspect.errors import InputError, NotFoundError, VerificationError
from geoinspect.store import migrations, tables
from geoinspect.store.backupfiles import check_files, keep_files, names_of_files, read_files
from geoinspect.store.databases import reading, writing
from geoinspect.store.faults import tell_faults
from geoinspect.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine

#: Rows that are carried over at a time.
_PORTION = 1000

_manifest = Table(
    "backup",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("made_at", Text, nullable=False),
    Column("contents", Text, nullable=False),
    # null until the files are in
    Column("files", Text),
)


@dataclass(frozen=True)
class Contents:
    """
    What a table holds.

    Attributes
    ----------
    rows
        How many rows.
    sha256
        Hash of them all, whatever their order.
    """

    rows: int
    sha256: str


def is_empty(store: Store) -> bool:
    """Tell whether a city has no data at all yet."""
    with reading(store.engine) as connection:
        return not _tables_with_rows(connection)


def write_backup(
    store: Store,
    path: Path,
    *,
    at: datetime,
    files: Callable[[Connection], Iterable[tuple[str, bytes]]] = lambda _tables: (),
) -> dict[str, Contents]:
    """
    Write a backup of a city, while others read and write it.

    The file is there whole or not at all, and only its owner may read it.

    Parameters
    ----------
    store
        The city.
    path
        File to write.
    at
        Now, timezone-aware.
    files
        Returns names and contents of files for a connection to the tables of the backup.

    Returns
    -------
    contents
        What the file holds, by table.

    Raises
    ------
    InputError
        If the file cannot be written.
    VerificationError
        If what was written is not what was read.
    """
    with whole_file(path, mode=0o600) as part, _file(part, path) as engine:
        with reading(store.engine) as source, engine.begin() as target:
            tables.metadata.create_all(target)
            migrations.stamp(target)
            contents = _copy(source, target)
            _write_manifest(target, contents, at)
        with engine.begin() as target:
            # nobody's moment ends later for it: files come after the tables that speak of them
            keep_files(target, files(target))
            _sign_files(target)
        with engine.connect() as written:
            _check(_contents_of_file(written), contents, path)
            _check_files(written, path)
    return contents


def restore_backup(
    where: Path | str,
    path: Path,
    *,
    replace: bool = False,
    take: Callable[[str, bytes], None] = lambda _name, _content: None,
) -> dict[str, Contents]:
    """
    Bring a backup back, whole or not at all.

    Parameters
    ----------
    where
        Database of the city, made if it is not there; see `Store.create`.
    path
        The backup, from this database or the other one, made by this program or an older one.
    replace
        Whether to delete what the city has.
    take
        Brings back a file, before the tables that speak of it are there for good.

    Returns
    -------
    contents
        What was brought back, by table.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If the file is no backup, a later program made it, or the city has data.
    VerificationError
        If the file is damaged.
    """
    with _readable(path) as source:
        store = Store.create(where)
        try:
            with writing(store.engine) as target:
                _make_room(target, replace=replace)
                _compare_logs(source, target)
                contents = _copy(source, target)
                _set_counters(target)
                _check(contents_of(target, tables.metadata), _but_log(contents), path)
                for name, content in read_files(source, path):
                    take(name, content)
        finally:
            store.close()
    return contents


def contents_of(connection: Connection, metadata: MetaData) -> dict[str, Contents]:
    """Count and hash the rows of tables, the same on each database."""
    return {table.name: _contents(connection, table) for table in metadata.sorted_tables}


def _contents(connection: Connection, table: Table) -> Contents:
    return _summary(_digest(row) for rows in _portions(connection, table) for row in rows)


def _summary(digests: Iterable[bytes]) -> Contents:
    """Sum up the hashes of rows, whatever their order."""
    ordered = sorted(digests)
    return Contents(len(ordered), sha256(b"".join(ordered)).hexdigest())


def _digest(row: Any) -> bytes:
    """Hash a row; plain values look the same in every database and every Python."""
    return sha256(ascii(tuple(row)).encode()).digest()


def _portions(connection: Connection, table: Table) -> Iterator[Any]:
    """Read the rows of a table portion by portion, in the order of their key."""
    wanted = select(table).order_by(*table.primary_key)
    return iter(connection.execute(wanted.execution_options(yield_per=_PORTION)).partitions())


def _copy(source: Connection, target: Connection) -> dict[str, Contents]:
    """Carry all rows over, and say what was read."""
    return {
        table.name: _copy_table(source, target, table) for table in tables.metadata.sorted_tables
    }


def _copy_table(source: Connection, target: Connection, table: Table) -> Contents:
    last = _last_entry(target) if table is tables.audit_log else 0
    digests = []
    for rows in _portions(source, table):
        new = [dict(row._mapping) for row in rows if not last or row.number > last]
        if new:
            target.execute(insert(table), new)
        digests += [_digest(row) for row in rows]
    return _summary(digests)


def _last_entry(connection: Connection) -> int:
    """Return the number of the last row of the log, 0 if it is empty."""
    return connection.scalar(select(func.max(tables.audit_log.c.number))) or 0


def _check(found: Mapping[str, Contents], expected: Mapping[str, Contents], path: Path) -> None:
    """Compare what is in a database with what a backup should hold."""
    for name, wanted in expected.items():
        held = found.get(name, Contents(0, ""))
        if held != wanted:
            raise VerificationError(
                "The backup {path} does not hold: its table {table} has {found} rows with the "
                "SHA-256 {found_sha256}, not {expected} with {expected_sha256}. Take another "
                "backup.",
                path=path,
                table=name,
                found=held.rows,
                found_sha256=held.sha256,
                expected=wanted.rows,
                expected_sha256=wanted.sha256,
                place=name,
            )


def _write_manifest(connection: Connection, contents: Mapping[str, Contents], at: datetime) -> None:
    """Enter what a backup holds."""
    _manifest.create(connection)
    facts = {name: [held.rows, held.sha256] for name, held in contents.items()}
    row = {"made_at": at.isoformat(timespec="seconds"), "contents": json.dumps(facts)}
    connection.execute(insert(_manifest).values(**row))


def _sign_files(connection: Connection) -> None:
    """Enter which files a backup holds, so that none can go missing from it."""
    digest = _digest(names_of_files(connection)).hex()
    connection.execute(update(_manifest).values(files=digest))


def _check_files(connection: Connection, path: Path) -> None:
    """Compare the files of a backup with what it should hold."""
    names = {column["name"] for column in inspect(connection).get_columns(_manifest.name)}
    # a backup of an older program has none
    if "files" in names:
        signed = connection.scalar(select(_manifest.c.files))
        if signed != _digest(names_of_files(connection)).hex():
            raise VerificationError(
                "The backup {path} does not hold: its list of files was altered. Take another "
                "backup.",
                path=path,
                place="files",
            )
    check_files(connection, path)


def _read_manifest(connection: Connection, path: Path) -> dict[str, Contents]:
    """Read what a backup should hold."""
    if not inspect(connection).has_table(_manifest.name):
        raise InputError(
            "{path} is no backup of a city: `geoinspect -C CITY backup FILE` writes one.",
            path=path,
        )
    facts = json.loads(connection.scalar(select(_manifest.c.contents)) or "{}")
    return {name: Contents(*held) for name, held in facts.items()}


@contextmanager
def _readable(path: Path) -> Iterator[Connection]:
    """Open a backup, checked and with the tables of this program; the file stays as it is."""
    if not path.is_file():
        raise NotFoundError("There is no backup {path}.", path=path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(path, copy)
        with _file(copy, path) as engine, engine.begin() as connection:
            contents = _read_manifest(connection, path)
            _check(_contents_of_file(connection), contents, path)
            _check_files(connection, path)
            _lead_on(connection, path)
            yield connection


def _lead_on(connection: Connection, path: Path) -> None:
    """Bring a backup of an older program up to date."""
    if migrations.is_current(connection):
        return
    found = migrations.revision_of(connection)
    if not migrations.is_known(found):
        raise InputError(
            "The database {path} has schema version {found}, this geoinspect reads {wanted}: "
            "use the version of geoinspect that made it.",
            path=path,
            found=found,
            wanted=migrations.REVISION,
        )
    migrations.upgrade(connection)


def _contents_of_file(connection: Connection) -> dict[str, Contents]:
    """Count and hash what a backup holds, with the tables of whatever program made it."""
    if migrations.is_current(connection):
        return contents_of(connection, tables.metadata)
    metadata = MetaData()
    metadata.reflect(connection)
    return contents_of(connection, metadata)


@contextmanager
def _file(part: Path, path: Path) -> Iterator[Engine]:
    """Open a backup's file, which has no companions as a live database has."""
    engine = create_engine(f"sqlite:///{part}", poolclass=NullPool)
    tell_faults(engine, str(path))
    yield engine
    engine.dispose()


def _tables_with_rows(connection: Connection) -> list[str]:
    """Name the tables that hold anything."""
    one: ColumnElement[int] = literal_column("1")
    return [
        table.name
        for table in tables.metadata.sorted_tables
        if connection.scalar(select(one).select_from(table).limit(1)) is not None
    ]


def _make_room(connection: Connection, *, replace: bool) -> None:
    """Empty all tables, if that is wanted or nothing is lost by it."""
    filled = _tables_with_rows(connection)
    if filled and not replace:
        raise InputError(
            "The city has data already ({tables}): with --replace the backup takes their place.",
            tables=", ".join(filled),
        )
    for name in reversed(filled):
        if name != tables.audit_log.name:
            connection.execute(delete(tables.metadata.tables[name]))


def _compare_logs(source: Connection, target: Connection) -> None:
    """See that a city's log, which is never replaced, and a backup's are one and the same."""
    wanted = select(tables.audit_log.c.number, tables.audit_log.c.hash)
    theirs, ours = (
        {row.number: row.hash for row in connection.execute(wanted)}
        for connection in (source, target)
    )
    for number in sorted(theirs.keys() & ours.keys()):
        if theirs[number] != ours[number]:
            raise InputError(
                "The city keeps a log of its own, which no backup replaces: its row {number} is "
                "not that of the backup. Bring the backup into a new city.",
                number=number,
            )


def _but_log(contents: Mapping[str, Contents]) -> dict[str, Contents]:
    """Leave out the log, of which a city may have more rows than its backup."""
    return {name: held for name, held in contents.items() if name != tables.audit_log.name}


def _set_counters(connection: Connection) -> None:
    """Let numbers that PostgreSQL gives go on after the last one; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            counter = func.pg_get_serial_sequence(table.name, column.name)
            last = func.max(column)
            connection.execute(
                select(func.setval(counter, func.coalesce(last, 1), last.is_not(None)))
            )
