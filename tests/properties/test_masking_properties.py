"""Whatever is said around it, nothing that tells who somebody is is left."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from geoinspect.masking import mask

DIGITS = st.characters(min_codepoint=0x30, max_codepoint=0x39)
SURNAMES = st.sampled_from([*"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗", "欧阳", "上官", "诸葛"])
GIVEN = st.text(
    st.sampled_from("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"), min_size=1, max_size=2
)
SEPARATORS = st.sampled_from(["", " ", "-", "\u3000"])
MOBILES = st.builds(
    lambda head, middle, tail, gap: gap.join((head, middle, tail)),
    st.sampled_from(["138", "139", "150", "177", "189", "199"]),
    st.text(DIGITS, min_size=4, max_size=4),
    st.text(DIGITS, min_size=4, max_size=4),
    SEPARATORS,
)
ID_NUMBERS = st.builds(
    lambda area, birthday, tail, last: f"{area}{birthday:%Y%m%d}{tail}{last}",
    st.sampled_from(["320583", "110101", "450127"]),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.text(DIGITS, min_size=3, max_size=3),
    st.sampled_from("0123456789Xx"),
)
PLATES = st.builds(
    lambda province, letter, dot, rest: f"{province}{letter}{dot}{rest}",
    st.sampled_from("京沪苏浙粤"),
    st.sampled_from("ABCEFK"),
    st.sampled_from(["", "·", " "]),
    st.text(st.sampled_from("0123456789ABCDEF"), min_size=5, max_size=6),
)
BEFORE = st.sampled_from(["", "人民路路口有人占道，", "反映：", "请回电 ", "（", "\n"])
AFTER = st.sampled_from(["", "，尽快处理", "。", "）", " 垃圾满地", "违停"])
CHINESE = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.sampled_from("，。：（）0123 15苏A"),
    ),
    max_size=40,
)  # fmt: skip


@given(BEFORE, st.one_of(MOBILES, ID_NUMBERS, PLATES), AFTER)
def test_no_number_of_a_person_is_left(before: str, number: str, after: str) -> None:
    masked = mask(f"{before}{number}{after}")
    assert masked.startswith(before)
    assert masked.endswith(after)
    assert not re.search(r"[0-9]", masked.removeprefix(before))


@given(BEFORE, SURNAMES, GIVEN, st.sampled_from(["先生", "女士", "小姐", "阿姨"]), AFTER)
def test_no_name_with_a_form_of_address_is_left(
    before: str, surname: str, given: str, title: str, after: str
) -> None:
    assert mask(f"{before}{surname}{given}{title}{after}") == f"{before}某{title}{after}"


@given(
    st.sampled_from(["市民", "居民", "来电人", "业主", "联系人："]),
    SURNAMES,
    GIVEN,
    st.sampled_from(["反映", "来电", "投诉", "说", "，", "希望"]),
)
def test_no_name_after_a_word_for_a_person_is_left(
    person: str, surname: str, given: str, says: str
) -> None:
    assert mask(f"{person}{surname}{given}{says}路灯不亮") == f"{person}某某{says}路灯不亮"


@given(CHINESE)
def test_masking_twice_is_masking_once(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked


@given(BEFORE, SURNAMES, GIVEN, CHINESE)
def test_a_name_that_is_known_is_left_nowhere(
    before: str, surname: str, given: str, text: str
) -> None:
    name = surname + given
    assert name not in mask(f"{before}{name}{text}{name}", [name])
