"""
Mask personal data in Chinese text: numbers of people, plates of cars, and names.

Numbers are found by their form, whatever the width of the digits and the spaces between
them; names by a surname with a form of address ("张三先生"), or after a word for a person
("市民李四反映", "联系人：王五"). Nothing in a text says for certain what is a name, so the rules
lean towards masking: a masked word too many costs a reader a second, a name too few is a
breach of the Personal Information Protection Law. Names and numbers that a table gives in
columns of their own are masked wherever the text repeats them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ID_NUMBER, BANK_CARD, PHONE = "[证件号]", "[卡号]", "[电话]"
PLATE, EMAIL, ACCOUNT, ROOM = "[车牌]", "[邮箱]", "[账号]", "[房号]"
NAME = "某某"

# Common surnames first, then rarer ones, compound ones apart.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱于胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶"
    "程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎"
    "贺顾毛郝龚邵万钱严覃武戴莫孔向汤温常牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰"
    "焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁"
    "蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂"
    "全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠"
    "荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹"
    "井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙戈伏鹿薄邸雍辜羊阿母裘亓修邰赫杭况"
    "那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉"
    "植衡富尧闭由"
)
_COMPOUND = (
    *(
        "欧阳",
        "上官",
        "司马",
        "司徒",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
    ),
    *(
        "长孙",
        "夏侯",
        "轩辕",
        "端木",
        "南宫",
        "独孤",
        "西门",
        "呼延",
        "百里",
        "闻人",
        "澹台",
        "公冶",
    ),
)
# Surnames that are everyday words as well: before another surname they are the word.
_ALSO_WORDS = "向和于时从由对应来那都全成连应干但将经明路区门楼井车里房水党方关解后"
#: Words that begin like a name and follow a word for a person.
_NO_NAMES = (
    "房屋|房子|房间|房产|楼道|楼上|楼下|楼顶|车辆|车位|车库|车主|井盖|家|水管|水表|门口|门前|路边|路过|"
    "连续|经过|经常|时常|曾经|曾|任何|任意|全部|全体|都|从|对|应当|应该|方面|明显|但|高空|党员|干部|"
    "和|于|向|成|万|常年|常|关于|解决|管理|安全|包括|平时|阳台|空调|充电|那|这|计划|司机|老|国|信"
)
_CJK = "\u4e00-\u9fff\u3400-\u4dbf"
_DOUBLE = "|".join(_COMPOUND)
_SINGLE = f"(?![{_ALSO_WORDS}][{_SURNAMES}])[{_SURNAMES}]"
_GIVEN = f"(?![的了是在与及被把为有我你他她它们这就也请让给跟到说称不没某])[{_CJK}]"

#: Forms of address that follow any surname, and offices, which follow common ones only:
#: 居委会主任 is not a person called 居.
_TITLES = (
    "先生|女士|小姐|太太|夫人|师傅|老师|同志|大爷|大妈|大姐|大哥|大叔|阿姨|奶奶|爷爷|婆婆|老伯|老太"
)
_OFFICES = "医生|教授|主任|经理|老板|书记|所长|科长|队长|局长|警官|律师|校长|院长|工程师|总"
_COMMON = _SURNAMES[:88]
# 小区保安刘师傅 is called 刘: a rare surname gives way to a common one behind it
_TITLED = (
    f"(?![{_ALSO_WORDS}][{_SURNAMES}])(?:[{_COMMON}]|"
    f"(?![{_SURNAMES}]{_GIVEN}{{0,2}}[{_COMMON}]{_GIVEN}{{0,2}}(?:{_TITLES}))[{_SURNAMES}])"
)
_PERSONS = (
    "市民|群众|居民|村民|业主|住户|租户|房东|户主|网友|来电人|来访人|投诉人|举报人|反映人|诉求人|"
    "联系人|当事人|报案人|负责人|联络人|经办人|承办人|申请人|法定代表人|法人代表|法人|老板|店主|"
    "摊主|车主|司机|家长|学生|患者|伤者|姓名|本人|我叫|名叫|叫做"
)
_SAYS = (
    "先后|多次|再次|今日|今天|昨日|昨天|通过|拨打|来电|致电|来信|来访|电话|手机|反映|反应|称|说|表示|"
    "投诉|举报|咨询|建议|求助|希望|要求|诉|认为|发现|告知|询问|提出|家住|住在|居住|身份证|联系|"
    "的(?:手机|电话|联系|身份)|先生|女士|于\\d"
)
_END = f"[^{_CJK}]|$"

_GAP = r"[ \u3000\-—–·.]?"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ALNUM = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"

_RULES = (
    (r"[a-z0-9._%+\-]+[@＠][a-z0-9\-]+(?:\.[a-z0-9\-]+)+", EMAIL),
    (
        rf"[{_PROVINCES}][ ]?[A-ZＡ-Ｚ][ ]?[·•.\-]?[ ]?[{_ALNUM}]{{4,5}}[{_ALNUM}挂学警港澳]"
        rf"(?![{_ALNUM}])",
        PLATE,
    ),
    (rf"(?<!\d)\d{{6}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{3}}[\dxＸｘ](?!\d)", ID_NUMBER),
    (
        rf"(?<!\d)\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{3,4}}(?:{_GAP}\d{{1,3}})?(?!\d)",
        BANK_CARD,
    ),
    (
        rf"(?<!\d)(?:[+＋]?[8８][6６]{_GAP})?[1１][3-9３-９]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)",
        PHONE,
    ),
    (rf"(?<!\d)[1１][3-9３-９]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d)", PHONE),
    (
        rf"(?<!\d)[(（]?[0０]\d{{2,3}}[)）]?{_GAP}[2-9２-９]\d{{2,3}}{_GAP}\d{{4}}"
        rf"(?:[ ]?(?:转|-)[ ]?\d{{1,5}})?(?!\d)",
        PHONE,
    ),
    (rf"(?<!\d)[48４８][0０][0０]{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}(?!\d)", PHONE),
    (rf"(?<![{_ALNUM}])(?:[EGDSP][A-Z]?\d{{7,8}}|[HM]\d{{8,10}})(?!\d)", ID_NUMBER),
    (
        r"((?:电话|座机|固话|致电|手机号?码?|联系方式|tel)[是为号码\s:：]{0,4})"
        rf"[2-9２-９]\d{{2,3}}{_GAP}\d{{4}}(?!\d)",
        rf"\1{PHONE}",
    ),
    (
        r"((?:微信|QQ|wechat)[是为号\s:：]{0,4})(?=[a-z0-9_\-]{5})[a-z0-9_\-]+",
        rf"\1{ACCOUNT}",
    ),
    (rf"(?<![{_ALNUM}])[A-Z]?\d{{3,4}}(?=[ ]?(?:室|房(?![产东屋地子管间])))", ROOM),
    (rf"((?:{_PERSONS})[ ]?[:：][ ]?){_GIVEN}{{2,4}}?(?={_SAYS}|{_END})", rf"\1{NAME}"),
    (rf"(?:(?:{_DOUBLE}){_GIVEN}{{0,2}}?|{_TITLED}{_GIVEN}{{0,2}}?)({_TITLES})", r"某\1"),
    (
        rf"(?:(?:{_DOUBLE}){_GIVEN}{{0,2}}?|(?![{_ALSO_WORDS}])[{_COMMON}]{_GIVEN}{{0,2}}?)"
        rf"({_OFFICES})(?=[{_CJK}]|{_END})",
        r"某\1",
    ),
    (
        rf"((?:{_PERSONS})[ (（“\"]?)(?!{_NO_NAMES})(?:(?:{_DOUBLE})|{_SINGLE}){_GIVEN}{{1,2}}?"
        rf"(?={_SAYS}|{_END})",
        rf"\1{NAME}",
    ),
    (rf"([小老阿])(?!{_NO_NAMES})[{_SURNAMES}](?={_SAYS}|{_END})", r"\1某"),
)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile the rules; a tenth of a second that only those who mask should wait."""
    return tuple((re.compile(pattern, re.IGNORECASE), put) for pattern, put in _RULES)


def mask(text: str, known: Iterable[str] = ()) -> str:
    """
    Return a text without what tells who somebody is.

    Masked are identity card and passport numbers, telephone numbers of people (the city's
    hotlines stay), bank cards, number plates, e-mail addresses, chat accounts, numbers of
    flats, and names. Masking twice changes nothing more.

    Parameters
    ----------
    text
        Any text.
    known
        Names and numbers that are known to be somebody's, as the caller's name in a column
        of its own: masked wherever they stand. Those of one character are passed over.

    Examples
    --------
    >>> mask("市民张三反映：人民路与文化路交叉口有人摆摊，电话13812345678")
    '市民某某反映：人民路与文化路交叉口有人摆摊，电话[电话]'
    >>> mask("李四先生来电，苏E12345违停", known=["李四"])
    '某某先生来电，[车牌]违停'
    """
    for word in sorted(filter(None, map(str.strip, known)), key=len, reverse=True):
        if len(word) > 1:
            text = re.sub(re.escape(word), PHONE if word[-1].isdigit() else NAME, text)
    masked = _mask_once(text)
    while masked != text:
        # what is masked may bring a name next to the word that gives it away
        text, masked = masked, _mask_once(masked)
    return masked


def _mask_once(text: str) -> str:
    """Apply each rule in turn: numbers before names, long numbers before short ones."""
    for pattern, put in _rules():
        text = pattern.sub(put, text)
    return text
