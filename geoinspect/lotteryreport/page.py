"""The report as one HTML page without scripts, to be read, printed and passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geoinspect
from geoinspect.lotteryreport import charts
from geoinspect.lotteryreport.measures import draws_by
from geoinspect.lotteryreport.report import summary
from geoinspect.maps.assets import templates
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.ledger import Attempt
    from geoinspect.lotteryreport.report import LotteryReport, Row
    from geoinspect.messages import Language

    Translate = Callable[[str], str]

_TEMPLATE = "lottery_report.html.j2"
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_LONGEST_WAITS = 10


def render_report(report: LotteryReport, *, language: Language = "zh") -> str:
    """
    Render a report as one HTML document that needs no other file.

    Parameters
    ----------
    report
        The report.
    language
        Language of all words but names and reasons.
    """
    return templates().get_template(_TEMPLATE).render(**report_context(report, language))


def report_context(report: LotteryReport, language: Language) -> dict[str, Any]:
    """Return what the templates show of a report, in a language."""
    translate = translator(language)
    history, rows = report.history, summary(report)
    return {
        "lang": _HTML_LANGUAGES[language],
        "t": lambda sentence, **fields: translate(sentence).format(**fields),
        "software": f"geoinspect {geoinspect.__version__}",
        "city": report.city,
        "first": history.days[0],
        "last": history.days[-1],
        "made_at": f"{report.made_at:%Y-%m-%d %H:%M}",
        "rows": [_row(row, translate) for row in rows],
        "broken": sum(row.is_kept is False for row in rows),
        "charts": _charts(report, translate),
        "groups": [
            (translate("By category"), draws_by(history, history.categories)),
            (translate("By district"), draws_by(history, history.districts)),
        ],
        "waits": _waits(report),
        "coverage": _coverage(report),
        "repeated": [_attempt(attempt, report) for attempt in report.repeated],
        "lapsed": [_attempt(attempt, report) for attempt in report.lapsed],
        "amendments": [_amendment(entry, translate) for entry in report.amendments],
    }


def told(row: Row, translate: Translate) -> tuple[str, str, str]:
    """Return promise, bound and finding of a row in words."""
    return translate(row.promise), row.bound, translate(row.found).format(**row.data)


def _row(row: Row, translate: Translate) -> dict[str, Any]:
    promise, bound, found = told(row, translate)
    return {"promise": promise, "bound": bound, "found": found, "is_kept": row.is_kept}


def _charts(report: LotteryReport, translate: Translate) -> list[dict[str, Any]]:
    """Return the pictures with their captions."""
    found = [
        {
            "title": translate("Promised and actual draws"),
            "caption": translate(
                "Each dot is a point. On the line it was drawn exactly as often as promised; "
                "chance alone leaves nearly every point within the band of four standard errors."
            ),
            "svg": charts.frequency_chart(report, translate),
        },
        {
            "title": translate("Deviations of the points"),
            "caption": translate(
                "Bars: how many points deviate how far from the promise. Line: what chance alone "
                "gives."
            ),
            "svg": charts.deviation_chart(report, translate),
        },
        {
            "title": translate("Longest waits of the points"),
            "caption": translate(
                "How long points had to wait for a visit; a wait at the begin or end of the "
                "period counts as far as it is seen."
            ),
            "svg": charts.gap_chart(report, translate),
        },
    ]
    if report.travel:
        found.append(
            {
                "title": translate("Travel as drawn and at best"),
                "caption": translate(
                    "Dark: the drawn routes. Light: the same stops planned anew for least travel, "
                    "each by whatever team suits. The difference is the price of not being "
                    "predictable."
                ),
                "svg": charts.travel_chart(report, translate),
            }
        )
    return found


def _waits(report: LotteryReport) -> list[dict[str, Any]]:
    """Return the points that waited longest."""
    history = report.history
    order = sorted(range(len(report.gaps)), key=lambda k: (-report.gaps[k], history.point_ids[k]))
    return [
        {
            "point_id": history.point_ids[k],
            "name": history.names[k],
            "category": history.categories[k],
            "gap": int(report.gaps[k]),
            "visits": int(history.visited[:, k].sum()),
            "expected": f"{history.expected[k]:.1f}",
        }
        for k in order[:_LONGEST_WAITS]
    ]


def _coverage(report: LotteryReport) -> dict[str, Any]:
    """Return visits by category and month, with the share that shades each cell."""
    found = report.coverage
    return {
        "months": found.months,
        "rows": [
            {
                "category": category,
                "points": int(found.points[c]),
                "cells": [
                    {
                        "visited": int(found.visited[c, m]),
                        "visits": int(found.visits[c, m]),
                        "share": round(found.visited[c, m] / found.points[c], 2),
                    }
                    for m in range(len(found.months))
                ],
            }
            for c, category in enumerate(found.categories)
        ],
    }


def _attempt(attempt: Attempt, report: LotteryReport) -> dict[str, Any]:
    """Return an attempt as a row, in the city's time."""
    zone = report.made_at.tzinfo
    reasons = dict.fromkeys((attempt.reason, *(draw.reason for draw in attempt.draws)))
    return {
        "day": attempt.day,
        "number": attempt.number,
        "binding": attempt.binding,
        "committed": f"{attempt.committed_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "drawn": ", ".join(
            f"{draw.made_at.astimezone(zone):%Y-%m-%d %H:%M}" for draw in attempt.draws
        ),
        "reason": "; ".join(reason for reason in reasons if reason),
        "commitment": attempt.commitment,
    }


#: What an amendment was made for, by the kind of its event.
EVENTS = {
    "late": "The team was late",
    "stop": "A visit took longer",
    "breakdown": "The vehicle broke down",
    "closed": "A road was closed",
}


def _amendment(entry: dict[str, Any], translate: Translate) -> dict[str, Any]:
    """Return an amendment as a row."""
    return {
        "day": entry["date"],
        "team": entry["team_id"],
        "at": entry["at"][11:16],
        "event": translate(EVENTS[entry["event"]["kind"]]),
        "dropped": ", ".join(drop["point_id"] for drop in entry["dropped"]),
        "reasons": " ".join(dict.fromkeys(translate(drop["reason"]) for drop in entry["dropped"])),
    }
