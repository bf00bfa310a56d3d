"""Two reports are one matter if they say so, in words a person can check."""

from __future__ import annotations

import pytest

from geoinspect.tickets import same_matter, topics_of


@pytest.mark.parametrize(
    ("first", "second", "matter"),
    [
        (("占道经营", ""), ("占道经营", "别的话"), "占道经营"),
        (("市容环境", "路口有流动摊贩"), ("占道经营", "摊位摆到通道上"), "占道经营"),
        (("", "公厕门口垃圾满溢"), ("环境卫生", "公共厕所不干净"), "公共厕所、垃圾清运"),
        (("", "路灯不亮"), ("", "井盖缺失"), ""),
        (("市政设施", "路灯不亮"), ("市政设施", "井盖缺失"), ""),
        (("市政设施", "护栏歪了"), ("市政设施", "花坛砖掉落"), ""),
        (("市政设施", "护栏歪了"), ("市政设施", "路边护栏歪了很久"), "市政设施"),
        (("市政设施", ""), ("市政设施", "护栏歪了"), "市政设施"),
        (("", ""), ("", ""), ""),
        (("", "某某店招牌有错别字影响形象"), ("", "反映某某店招牌有错别字影响形象"), "100%"),
        (("", "招牌"), ("", "招牌"), ""),
    ],
)
def test_matters_are_told_by_item_topic_or_text(
    first: tuple[str, str], second: tuple[str, str], matter: str
) -> None:
    assert same_matter(first, second) == matter
    assert same_matter(second, first) == matter


def test_a_text_may_have_several_topics_or_none() -> None:
    assert topics_of("楼道堆物，飞线充电") == {"楼道堆物", "飞线充电"}
    assert topics_of("天气真好") == frozenset()
