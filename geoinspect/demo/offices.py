"""
Responsibility rules of the demo city: invented offices, as a Chinese city has them.

A bureau answers for its group of categories in the whole city; what no bureau claims
belongs to the street office of the quarter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.demo.packaged import categories_file
from geoinspect.responsibility_rules import ANY

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

# Bureau of every group of categories; the groups community and service have none.
BUREAUS = {
    "trade": ("HEL-U1", "市场监督管理局 (Market Supervision Bureau)"),
    "food": ("HEL-U1", "市场监督管理局 (Market Supervision Bureau)"),
    "leisure": ("HEL-U2", "文化和旅游局 (Culture and Tourism Bureau)"),
    "culture": ("HEL-U2", "文化和旅游局 (Culture and Tourism Bureau)"),
    "health": ("HEL-U3", "卫生健康局 (Health Bureau)"),
    "education": ("HEL-U4", "教育局 (Education Bureau)"),
    "transport": ("HEL-U5", "交通运输局 (Transport Bureau)"),
    "street": ("HEL-U6", "城市管理局 (City Management Bureau)"),
}


def categories() -> pd.DataFrame:
    """
    Return the 40 inspection categories in the order of their table.

    Examples
    --------
    >>> categories().loc[0].tolist()
    ['wet_market', '集贸市场', 'wet market', 'trade']
    """
    return pd.read_csv(categories_file(), dtype=str)


def demo_units(districts: GeoDataFrame) -> pd.DataFrame:
    """
    Make the responsibility rules of the demo city.

    Parameters
    ----------
    districts
        Quarters, indexed by district id, with a column `name`.

    Returns
    -------
    units
        One row a rule: `unit_id`, `unit_name`, `district`, `category` and
        `source_row` (the row it gets in a file with one header row).

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> demo_units(tinytown.districts()).iloc[-1].tolist()[:4]
    ['HEL-Q-D3', '南塘区街道办事处 (Street Office)', '南塘区', '*']
    """
    bureaus = [
        (*BUREAUS[group], ANY, category)
        for category, group in categories()[["name_zh", "group"]].itertuples(index=False)
        if group in BUREAUS
    ]
    offices = [
        (f"HEL-Q-{str(key).removeprefix('HEL-')}", f"{name}街道办事处 (Street Office)", name, ANY)
        for key, name in districts["name"].items()
    ]
    rules = pd.DataFrame(
        [*bureaus, *offices], columns=["unit_id", "unit_name", "district", "category"]
    )
    return rules.assign(source_row=range(2, len(rules) + 2))
