"""Colours of teams, categories and rates; the tables lie in `maps/styles`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoinspect.maps.assets import read_style

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_CONTRAST = 3.3  # the numbers are bold


def team_colours(n_teams: int) -> list[str]:
    """
    Return one colour a team; the colours repeat after the twelfth.

    The twelve were chosen by farthest-point search in OKLab, so that the smallest
    distance between two of them is as large as can be for normal sight, protanopia,
    deuteranopia and tritanopia at once (simulation of Machado et al. 2009).

    Examples
    --------
    >>> len(set(team_colours(12)))
    12
    """
    colours: list[str] = read_style("teams")
    return [colours[i % len(colours)] for i in range(n_teams)]


def text_colour_on(background: str) -> str:
    """
    Return white, or a dark ink where white would be hard to read.

    Parameters
    ----------
    background
        Colour as "#rrggbb".

    Examples
    --------
    >>> text_colour_on("#3a3fd6"), text_colour_on("#00a3e0")
    ('#ffffff', '#10202e')
    """
    return "#ffffff" if contrast(background, "#ffffff") >= _LEAST_CONTRAST else "#10202e"


def contrast(one: str, other: str) -> float:
    """
    Return the contrast of two colours, from 1 to 21, as WCAG 2 defines it.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 3)
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of a colour "#rrggbb"."""
    bands = [band / 255 for band in bytes.fromhex(colour.removeprefix("#"))]
    red, green, blue = (
        band / 12.92 if band <= 0.04045 else ((band + 0.055) / 1.055) ** 2.4 for band in bands
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def category_groups() -> list[dict[str, Any]]:
    """Return the groups of categories: `id`, `label` (English), `color`, `words`."""
    styles = read_style("categories")
    return [*styles["groups"], {"id": "other", "words": [], **styles["other"]}]


def group_of(category: str, groups: Sequence[dict[str, Any]]) -> int:
    """
    Return the position of the group whose word fits the category best.

    The longest word found in the category decides; without any it is the last group.

    Examples
    --------
    >>> groups = category_groups()
    >>> groups[group_of("社区卫生服务中心", groups)]["id"]
    'health'
    >>> groups[group_of("气象站", groups)]["id"]
    'other'
    """
    fits = [
        (len(word), -place)
        for place, group in enumerate(groups)
        for word in group["words"]
        if word in category.lower()
    ]
    return -max(fits)[1] if fits else len(groups) - 1
