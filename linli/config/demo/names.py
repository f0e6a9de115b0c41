"""Made-up people and addresses, the same for the same seed."""

from __future__ import annotations

import re
from random import Random
from typing import Final

SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余"
)
GIVEN: Final = [
    "秀英",
    "桂兰",
    "建国",
    "志强",
    "丽娟",
    "海燕",
    "国庆",
    "春梅",
    "永刚",
    "淑珍",
    "晓东",
    "玉华",
    "文博",
    "雪梅",
    "立新",
    "佳怡",
    "子涵",
    "凤霞",
    "德明",
    "红霞",
    "宏伟",
    "金凤",
    "长河",
    "思远",
    "明辉",
    "雅静",
    "庆丰",
    "松涛",
    "玉梅",
    "瑞雪",
    "铁成",
    "春生",
]
COMPOUNDS: Final = [
    "锦绣家园",
    "安居小区",
    "江畔小区",
    "新苑小区",
    "福满家园",
    "金穗小区",
    "向阳花园",
    "文苑小区",
    "粮库家属楼",
    "百合家园",
    "永安小区",
    "站前小区",
    "丰收家园",
    "鹿鸣小区",
    "银河湾",
    "阳光新城",
    "绿洲小区",
    "和顺家园",
    "松林小区",
    "西苑小区",
]
ROADS: Final = [
    "中央大街",
    "南岗街",
    "新开路",
    "西平路",
    "文化路",
    "建设街",
    "临江路",
    "幸福路",
    "学府路",
    "丰收街",
]
_COMMITTEE: Final = re.compile(r"(.+?)社区第(.+?)居民委员会")


def seeded(seed: int) -> Random:
    """Chance that falls the same way each time."""
    return Random(seed)  # noqa: S311 - it draws houses and names, no secrets


class Names:
    """Draws names and telephone numbers; a number comes again after ten thousand others."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._phones = 0

    def person(self) -> str:
        return self._random.choice(SURNAMES) + self._random.choice(GIVEN)

    def phone(self) -> str:
        """A number of a block with which no series begins that is given out today."""
        self._phones += 1
        return f"1380000{self._phones % 10_000:04d}"


def short_name(committee: str) -> str:
    """What people say: 民主社区第十四居民委员会 is 民主十四委."""
    match = _COMMITTEE.fullmatch(committee)
    return f"{match[1]}{match[2]}委" if match else committee.removesuffix("居委会")
