"""The report judges what can be judged, names what went wrong, and trusts no text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from geoinspect.ledger import Act, Attempt, Entry
from geoinspect.lotteryreport.history import read_history
from geoinspect.lotteryreport.page import EVENTS, render_report, told
from geoinspect.lotteryreport.report import LotteryReport, summary
from geoinspect.lotteryreport.travel import Travel
from geoinspect.messages import translator

from .conftest import FIRST, history_of

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HOSTILE = "</td><script>alert(1)</script>{{ 7*7 }}\"'&"

Days = list[tuple[dict[str, Any], list[Any]]]


def attempt(number: int, *, day: date = FIRST, reason: str = "", draws: int = 1) -> Attempt:
    entries = tuple(
        Entry(9 + k, day, number, Act.DRAW, k + 1, f"hash {number}", "", NOW) for k in range(draws)
    )
    return Attempt(day, number, f"hash {number}", reason, NOW, (1,), entries, number == 1)


def report_of(days: Days, **changes: Any) -> LotteryReport:
    made: dict[str, Any] = {
        "city": "小镇",
        "made_at": NOW,
        "history": read_history(days),
        "attempts": [attempt(1)],
        "lapsed": [],
        "amendments": [],
        "travel": [Travel(FIRST, 660.0, 600.0, 0)],
    }
    return LotteryReport(**{**made, **changes})


def verdicts(report: LotteryReport) -> dict[str, bool | None]:
    return {row.promise: row.is_kept for row in summary(report)}


def test_an_honest_lottery_breaks_no_promise(honest: Days) -> None:
    found = verdicts(report_of(honest))
    assert False not in found.values()
    assert found["Chi-square of the frequencies"] is True
    assert found["Longest wait of a point, in days with a plan"] is True


def test_a_bent_lottery_breaks_the_promises_of_frequency() -> None:
    found = verdicts(report_of(history_of([0] * 75 + [1] * 25)))
    assert found["Chi-square of the frequencies"] is False
    assert found["Largest deviation of a point, in standard errors"] is False


def test_a_point_forgotten_for_too_long_is_named() -> None:
    report = report_of(history_of([1] + [0] * 80))
    row = next(row for row in summary(report) if row.promise.startswith("Longest wait"))
    assert row.is_kept is False
    assert told(row, str)[2].startswith("81 (c 点c)")


def test_few_days_leave_promises_open() -> None:
    found = verdicts(report_of(history_of([0, 1])))
    for promise in found:
        if promise.startswith(("Chi-square", "Longest wait", "What past plans", "Largest")):
            assert found[promise] is None


def test_a_lapsed_commit_breaks_a_promise_and_is_shown_with_its_hash(honest: Days) -> None:
    lapsed = attempt(2, reason="secret lost", draws=0)
    report = report_of(honest, attempts=[attempt(1), lapsed], lapsed=[lapsed])
    assert verdicts(report)["Commits that were never drawn"] is False
    page = render_report(report, language="en")
    assert "1 promises are not kept" in page
    assert page.count("hash 2") == 2, "on a day with two commits, and among violations"
    assert "secret lost" in page


def test_travel_is_the_sum_over_the_sampled_days(honest: Days) -> None:
    later = Travel(FIRST + timedelta(days=1), 540.0, 600.0, 0)
    report = report_of(honest, travel=[Travel(FIRST, 660.0, 600.0, 0), later])
    assert report.travel_ratio == pytest.approx(1.0)
    assert report_of(honest, travel=[]).travel_ratio is None


class _Tags(HTMLParser):
    """Names of all elements, and whether each is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_texts_of_users_never_become_markup() -> None:
    days = history_of([0, 1] * 4)
    for plan, _ in days:
        for point in plan["points"]:
            point["name"] = point["category"] = HOSTILE
    report = report_of(days, city=HOSTILE, attempts=[attempt(1), attempt(2, reason=HOSTILE)])
    page = _Tags(render_report(report))
    assert "script" not in page.tags
    assert page.texts.count(HOSTILE) >= 3
    assert "49" not in page.texts


def test_the_page_refers_to_nothing_outside_itself(honest: Days) -> None:
    page = render_report(report_of(honest))
    assert not re.search(r"\b(src|href)=|url\(|https?://", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_speaks_one_language(honest: Days, language: Any) -> None:
    page = _Tags(render_report(report_of(honest), language=language))
    words = " ".join(page.texts[page.texts.index("小镇") :])
    assert ("兑现" in words) is (language == "zh")
    assert ("Promise" in words) is (language == "en")


def test_every_row_and_event_is_translated(honest: Days) -> None:
    chinese = translator("zh")
    amended = {"dropped": [], "event": {"kind": "late"}}
    for days in (honest, history_of([0, 1])):
        for row in summary(report_of(days, amendments=[amended])):
            for sentence in (row.promise, row.found):
                assert not re.search("[A-Za-z]{2}", re.sub(r"{.*?}", "", sentence)) or (
                    chinese(sentence) != sentence
                ), sentence
    assert all(chinese(sentence) != sentence for sentence in EVENTS.values())


def test_every_sentence_of_the_template_is_translated() -> None:
    from geoinspect.maps.assets import read_asset

    chinese = translator("zh")
    sentences = re.findall(r'\bt\("([^"]+)"', read_asset("templates/lottery_report.html.j2"))
    assert len(sentences) > 30
    assert [each for each in sentences if chinese(each) == each] == []
