"""Notices are numbered 1, 2, 3 without gaps, however many write and whoever is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

from geoinspect.cases import Defect
from geoinspect.store import Store

from ...threads import at_once
from .cities import CLERK, NOW, OFFICE, fill

THREADS, EACH = 8, 12
KILLS = 50

# Loads the program once, then forks one writer after another, and kills each with SIGKILL at a
# moment that nobody chose; what a writer got an answer for is written down before.
NURSERY = """
import os, random, select, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from tests.unit.store.cities import CLERK, NOW, OFFICE
from geoinspect.cases import Defect
from geoinspect.store import Store

where = Path(sys.argv[1]) if sys.argv[1].startswith("/") else sys.argv[1]
kills, n, luck = int(sys.argv[2]), int(sys.argv[3]), random.Random(7)

def write(pipe):
    cases = Store.open(where).cases
    while True:
        case_id = f"V{luck.randrange(n):04}"
        cases.open(case_id, Defect.CONDUCT, at=NOW)
        if cases.case(case_id).notice is None:
            number = cases.notify(case_id, CLERK, OFFICE, at=NOW).number.number
            os.write(pipe, f"{number} {case_id}\\n".encode())

for k in range(kills):
    ours, theirs = os.pipe()
    writer = os.fork()
    if not writer:
        luck.seed(k)
        write(theirs)
    os.close(theirs)
    # the first answer shows that it is at work; then anything may happen
    answers = os.read(ours, 4096)
    select.select([], [], [], luck.random() * 0.02)
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    while chunk := os.read(ours, 65536):
        answers += chunk
    os.close(ours)
    sys.stdout.write(answers.decode())
"""


def numbers_of(store: Store) -> list[int]:
    return [notice.number.number for notice in store.cases.notices(OFFICE.issuer, 2026)]


def test_many_who_write_at_once_leave_no_gap_and_no_number_twice(store: Store) -> None:
    ids = fill(store, THREADS * EACH)
    for case_id in ids:
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    turn = count()

    def issue() -> list[int]:
        mine = ids[next(turn) :: THREADS]
        cases = store.acting("somebody").cases
        return [cases.notify(one, CLERK, OFFICE, at=NOW).number.number for one in mine]

    given = sorted(number for numbers in at_once(issue, THREADS) for number in numbers)
    assert given == list(range(1, THREADS * EACH + 1))
    assert numbers_of(store) == given


def test_writers_that_are_killed_leave_no_gap_and_lose_nothing(where: Path | str) -> None:
    n = 3000
    store = Store.create(where)
    fill(store, n)
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            NURSERY,
            str(where),
            str(KILLS),
            str(n),
            str(Path(__file__).parents[3]),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    answered = [line.split() for line in ran.stdout.splitlines()]
    assert len(answered) >= KILLS
    notices = store.cases.notices(OFFICE.issuer, 2026)
    assert [notice.number.number for notice in notices] == list(range(1, len(notices) + 1))
    kept = {notice.number.number: notice.case_id for notice in notices}
    assert all(kept[int(number)] == case_id for number, case_id in answered)
    assert len(answered) == len({number for number, _ in answered})
    # what is numbered has its move, and the other way round
    noticed = store.cases.table()["noticed_at"].notna()
    assert set(noticed.index[noticed]) == set(kept.values())
    store.close()
