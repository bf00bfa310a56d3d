"""Cases in the database: each step whole, logged and in order, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from geoinspect.cases import Act, DeadlineParams, Defect, Mover, Party, State
from geoinspect.cases.rechecks import RecheckParams, is_rechecked
from geoinspect.cases.returns import Fate, SheetReply
from geoinspect.errors import IllegalTransitionError, InputError, NotFoundError
from geoinspect.photos import Photo
from geoinspect.store.casereturns import take_returns
from geoinspect.store.cases import CaseStore

from .cities import CLERK, HEAD, INSPECTOR, NOW, OFFICE, SHANGHAI, WRITER, fill

if TYPE_CHECKING:
    from geoinspect.store import Store

HOUR = timedelta(hours=1)


def photo(name: str) -> Photo:
    return Photo(name * 64, "jpeg", 9, 4, 3, NOW, (118.78, 32.04), b"\1\2")


def approved(store: Store, case_id: str) -> None:
    """Lead a case to where it waits for its re-inspection."""
    store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    store.cases.reply(case_id, WRITER, "已清理", [photo("a")], at=NOW + HOUR)
    store.cases.step(case_id, Act.APPROVE, HEAD, at=NOW + 2 * HOUR)


def reinspected(store: Store, case_id: str, *, passed: bool) -> None:
    store.cases.reinspect(
        case_id, INSPECTOR, CLERK, OFFICE, passed=passed, at=NOW + 3 * HOUR, note="现场查看"
    )


def test_a_case_goes_from_notice_to_closing_with_a_row_of_the_log_for_each_step(
    store: Store,
) -> None:
    (case_id,) = fill(store, 1)
    desk = store.acting("li")
    approved(desk, case_id)
    reinspected(desk, case_id, passed=True)
    case = store.cases.case(case_id)
    assert case.standing.state is State.CLOSED
    assert [move.act for move in case.standing.moves] == [
        Act.NOTIFY, Act.REPLY, Act.APPROVE, Act.REINSPECT, Act.CLOSE,
    ]  # fmt: skip
    assert case.standing.moves[1].mover == WRITER
    assert case.photos == (("a" * 64, "reply"),)
    logged = [row for row in store.audit.rows() if row.object == case_id]
    assert [row.action for row in logged] == [
        "case.open", "case.notify", "case.reply", "case.approve", "case.reinspect", "case.close",
    ]  # fmt: skip
    assert {row.actor for row in logged} == {"li"}


def test_a_notice_holds_all_that_its_sheet_shows(store: Store) -> None:
    (case_id,) = fill(store, 1)
    store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    store.cases.add_photos(case_id, [photo("b"), photo("a"), photo("b")])
    issued = store.cases.notify(case_id, CLERK, OFFICE, at=NOW, basis="城市管理条例")
    assert str(issued.number) == "太创办整改〔2026〕1号"
    assert (issued.deadline, issued.working_days) == (date(2026, 11, 26), 3)
    assert issued.photos == ("b" * 64, "a" * 64)
    assert issued.unit_name
    assert issued.point_name
    assert issued.lonlat is not None
    assert issued.params["conduct"] == DeadlineParams().conduct
    (kept,) = store.cases.notices("太创办整改", 2026)
    assert replace(kept, params={}) == replace(issued, params={})
    assert store.cases.case(case_id).notice == kept


def test_numbers_run_from_one_within_issuer_and_year_of_the_city(store: Store) -> None:
    ids = fill(store, 5)
    eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    ways = [("甲", eve), ("甲", eve), ("乙", eve), ("甲", eve + HOUR), ("甲", eve + HOUR)]
    numbers = []
    for case_id, (issuer, at) in zip(ids, ways, strict=True):
        store.cases.open(case_id, Defect.CONDUCT, at=at)
        with pytest.warns(UserWarning, match="holidays of 2027"):
            notice = store.cases.notify(case_id, CLERK, replace(OFFICE, issuer=issuer), at=at)
        numbers.append((issuer, notice.number.year, notice.number.number))
    assert numbers == [
        ("甲", 2026, 1), ("甲", 2026, 2), ("乙", 2026, 1), ("甲", 2027, 1), ("甲", 2027, 2),
    ]  # fmt: skip


def test_a_notice_that_is_refused_takes_no_number(store: Store) -> None:
    first, second = fill(store, 2)
    for case_id in (first, second):
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    store.cases.notify(first, CLERK, OFFICE, at=NOW)
    with pytest.raises(IllegalTransitionError, match="is notified"):
        store.cases.notify(first, CLERK, OFFICE, at=NOW)
    with pytest.raises(IllegalTransitionError, match="not for 王五"):
        store.cases.notify(second, WRITER, OFFICE, at=NOW)
    with pytest.raises(InputError, match="no code of an issuer"):
        store.cases.notify(second, CLERK, replace(OFFICE, issuer="太创〔〕"), at=NOW)
    assert store.cases.case(second).standing.state is State.FOUND
    assert store.cases.notify(second, CLERK, OFFICE, at=NOW).number.number == 2


def test_a_place_nobody_answers_for_gets_no_notice(store: Store) -> None:
    (case_id,) = fill(store, 1)
    store.replace_assignments(store.assignments().iloc[:0])  # type: ignore[union-attr]
    store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    with pytest.raises(InputError, match="Nobody answers"):
        store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    assert store.cases.notices() == []


def test_a_returned_case_has_a_new_deadline(store: Store) -> None:
    (case_id,) = fill(store, 1)
    approved(store, case_id)
    with pytest.raises(InputError, match="needs a reason"):
        store.cases.reinspect(
            case_id, INSPECTOR, CLERK, OFFICE, passed=False, at=NOW + 72 * HOUR, note=""
        )
    assert store.cases.case(case_id).standing.state is State.APPROVED
    store.cases.reinspect(
        case_id, INSPECTOR, CLERK, OFFICE, passed=False, at=NOW + 72 * HOUR, note="仍占道"
    )
    case = store.cases.case(case_id)
    assert (case.standing.state, case.deadline) == (State.RETURNED, date(2026, 12, 1))
    assert case.notice is not None
    assert case.notice.deadline == date(2026, 11, 26)
    row = store.cases.table().loc[case_id]
    assert (row["state"], row["returns"], row["deadline"]) == ("returned", 1, date(2026, 12, 1))


def test_the_unit_cannot_close_its_case_and_nothing_of_the_attempt_stays(store: Store) -> None:
    (case_id,) = fill(store, 1)
    approved(store, case_id)
    before = store.cases.case(case_id)
    log = len(store.audit.rows())
    for closer in (replace(WRITER, party=Party.OFFICE), HEAD):
        with pytest.raises(IllegalTransitionError):
            store.cases.reinspect(
                case_id, INSPECTOR, closer, OFFICE, passed=True, at=NOW + 3 * HOUR
            )
    assert store.cases.case(case_id) == before
    assert len(store.audit.rows()) == log


def test_cases_that_are_late_are_escalated_by_the_rule_and_once(store: Store) -> None:
    late, prompt = fill(store, 2)
    for case_id in (late, prompt):
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
        store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    store.cases.step(prompt, Act.DISMISS, CLERK, at=NOW, reason="重复登记")
    assert store.cases.escalate_due(CLERK, OFFICE, now=NOW + 24 * 7 * HOUR) == []
    week = NOW + 24 * 10 * HOUR
    assert store.cases.escalate_due(CLERK, OFFICE, now=week) == [(late, "5 working days overdue.")]
    assert store.cases.escalate_due(CLERK, OFFICE, now=week) == []
    assert store.cases.case(late).standing.state is State.ESCALATED


def test_what_decides_whether_a_violation_counts_is_asked_of_few_cases(store: Store) -> None:
    ids = fill(store, 4)
    found = store.violations()
    found.loc[[ids[2], ids[3]], "source"] = "self-check"
    store.merge_violations(found)
    for case_id in ids:
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    for case_id in ids[1:]:
        store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    for case_id in (ids[0], ids[3]):
        store.cases.step(case_id, Act.DISMISS, CLERK, at=NOW, reason="重复登记")
    known = store.cases.standing({"self-check", "自查"})
    assert known["is_dismissed"].to_dict() == {ids[0]: True, ids[2]: False, ids[3]: True}
    day = date(2026, 11, 26)
    assert known["last_day"].to_dict() == {ids[0]: None, ids[2]: day, ids[3]: day}
    assert len(store.cases.standing(set())) == 2


def test_the_table_of_cases_sums_up_the_moves_of_each(store: Store) -> None:
    ids = fill(store, 6)
    for case_id in ids[:-1]:
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    store.cases.notify(ids[1], CLERK, OFFICE, at=NOW)
    store.cases.notify(ids[2], CLERK, OFFICE, at=NOW)
    store.cases.reply(ids[2], WRITER, "已清理", [], at=NOW + HOUR)
    store.cases.reply(ids[2], WRITER, "补充", [], at=NOW + 2 * HOUR)
    store.cases.step(ids[2], Act.APPROVE, HEAD, at=NOW + 3 * HOUR)
    store.cases.reinspect(
        ids[2], INSPECTOR, CLERK, OFFICE, passed=False, at=NOW + 30 * HOUR, note="仍占道"
    )
    store.cases.notify(ids[3], CLERK, OFFICE, at=NOW)
    store.cases.reply(ids[3], WRITER, "已清理", [photo("c")], at=NOW + HOUR)
    store.cases.step(ids[3], Act.APPROVE, HEAD, at=NOW + 2 * HOUR)
    reinspected(store, ids[3], passed=True)
    store.cases.step(ids[4], Act.DISMISS, CLERK, at=NOW, reason="重复登记")
    table = store.cases.table()
    assert table.index.tolist() == ids[:-1]
    names = {"noticed_at": Act.NOTIFY, "replied_at": Act.REPLY, "approved_at": Act.APPROVE,
             "closed_at": Act.CLOSE}  # fmt: skip
    for case_id, row in table.iterrows():
        case = store.cases.case(str(case_id))
        moves = case.standing.moves
        assert row["state"] == case.standing.state.value
        assert row["deadline"] == case.deadline
        assert row["returns"] == sum(move.after is State.RETURNED for move in moves)
        for name, act in names.items():
            made = [move.at for move in moves if move.act is act]
            assert (row[name] == made[-1]) if made else pd.isna(row[name])
        one = store.cases.table(str(case_id))
        pd.testing.assert_frame_equal(one, table.loc[[case_id]], check_dtype=False)
    assert table["returns"].tolist() == [0, 0, 1, 0, 0]


def test_closed_cases_come_back_by_a_seed_that_was_fixed_before_they_were_opened(
    store: Store,
) -> None:
    ids = fill(store, 20)
    for case_id in ids:
        approved(store, case_id)
    (seed,) = store.cases.seeds().values()
    waiting = store.cases.reinspections_due(SHANGHAI)
    assert waiting["case_id"].tolist() == ids
    for case_id in ids:
        reinspected(store, case_id, passed=True)
    assert store.cases.seeds() == {2026: seed}
    due = store.cases.reinspections_due(SHANGHAI, RecheckParams(share=0.3))
    drawn = [case_id for case_id in ids if is_rechecked(case_id, seed, 0.3)]
    assert due["case_id"].tolist() == drawn
    assert set(due["since"]) <= {pd.Timestamp(NOW + 3 * HOUR)}
    assert store.cases.settled() == frozenset(ids)
    bound = store.audit.last("case.seed")
    assert bound is not None
    assert seed not in bound.details


def test_the_seed_comes_from_outside(store: Store) -> None:
    (case_id,) = fill(store, 1)
    CaseStore(store.engine, new_seed=lambda: "5eed").open(case_id, Defect.CONDUCT, at=NOW)
    assert store.cases.seeds() == {2026: "5eed"}


def test_a_photo_is_described_once_however_often_it_is_used(store: Store) -> None:
    first, second = fill(store, 2)
    approved(store, first)
    approved(store, second)
    uses = store.cases.photo_uses()
    assert uses["case_id"].tolist() == [first, second]
    assert uses["sha256"].tolist() == ["a" * 64] * 2
    assert uses["taken_at"].tolist() == [pd.Timestamp(NOW)] * 2
    assert uses["likeness"].tolist() == [b"\1\2"] * 2


def test_what_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no violation 'V9'"):
        store.cases.open("V9", Defect.CONDUCT, at=NOW)
    with pytest.raises(NotFoundError, match="no case 'V9'"):
        store.cases.case("V9")
    assert len(store.cases.table()) == 0
    assert store.cases.photo_uses().empty
    assert store.cases.reinspections_due(SHANGHAI).empty


def test_a_case_keeps_its_class_and_an_empty_reply_is_none(store: Store) -> None:
    (case_id,) = fill(store, 1)
    facts = store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    assert store.cases.open(case_id, Defect.CONDUCT, at=NOW + HOUR) == facts
    with pytest.raises(InputError, match="was opened as conduct"):
        store.cases.open(case_id, Defect.HARDWARE, at=NOW)
    store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    with pytest.raises(InputError, match="says nothing"):
        store.cases.reply(case_id, WRITER, "  ", [], at=NOW)


def sheet(case_id: str, **facts: object) -> SheetReply:
    row = SheetReply("R1", 1, case_id, NOW + HOUR, "王五", "赵六", "已清理", 2)
    return replace(row, **facts)  # type: ignore[arg-type]


def fates(store: Store, *rows: SheetReply) -> list[Fate]:
    return [outcome.fate for outcome in take_returns(store.cases, rows)]


def test_a_sheet_that_comes_late_or_twice_is_taken_once(store: Store) -> None:
    first, second = fill(store, 2)
    for case_id in (first, second):
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
        store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    rows = [sheet(first), sheet(second, record_id="R2", leader="")]
    assert fates(store, *rows) == [Fate.TAKEN, Fate.TAKEN]
    before = store.cases.table()
    moved = [replace(row, source_row=row.source_row + 7) for row in reversed(rows)]
    assert fates(store, *moved) == [Fate.KNOWN, Fate.KNOWN]
    pd.testing.assert_frame_equal(store.cases.table(), before)
    assert before["state"].tolist() == ["approved", "replied"]


def test_contradictions_of_a_sheet_are_told_and_change_nothing(store: Store) -> None:
    first, second = fill(store, 2)
    for case_id in (first, second):
        store.cases.open(case_id, Defect.CONDUCT, at=NOW)
        store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    assert fates(store, sheet(first, version=2, leader="")) == [Fate.TAKEN]
    before = store.cases.table()
    wrong = {
        "with other content": sheet(first, version=2, leader="", text="改了"),
        "in a later version": sheet(first, version=1),
        "to another case": sheet(second, version=3),
        "There is no case 'V9'": sheet("V9", record_id="R9"),
        "another person must approve": sheet(second, record_id="R8", leader="王五"),
    }
    for problem, row in wrong.items():
        (outcome,) = take_returns(store.cases, [row])
        assert outcome.fate is Fate.CONFLICT
        assert problem in str(outcome.problem)
    pd.testing.assert_frame_equal(store.cases.table(), before)
    assert fates(store, sheet(first, version=3)) == [Fate.TAKEN]


def test_somebody_else_may_reply_but_no_other_unit(store: Store) -> None:
    (case_id,) = fill(store, 1)
    store.cases.open(case_id, Defect.CONDUCT, at=NOW)
    store.cases.notify(case_id, CLERK, OFFICE, at=NOW)
    stranger = Mover("周九", Party.UNIT, frozenset({"U-none"}))
    with pytest.raises(IllegalTransitionError, match="does not belong"):
        store.cases.reply(case_id, stranger, "已清理", [], at=NOW)
