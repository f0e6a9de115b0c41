"""Who can sign in to the demo, and what each can try first; none of it exists outside the demo."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "linli-demo-2026"  # noqa: S105 - printed for everybody, in the demo only
TOTP_SECRET: Final = "LINLIDEMOLINLIDEMOLINLIDEMO23456"  # noqa: S105 - printed, demo only
API_TOKEN: Final = "linli-demo-token-printed-for-everybody-0001"  # noqa: S105 - printed, demo only


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demo."""

    username: str
    who: str
    try_first: str
    second_factor: bool = False


LOGINS: Final = (
    Login(
        "grid",
        "网格员 Grid worker",
        "“我的”里立案，或登记巡查发现并当场办结 · file a report; note and settle a finding",
    ),
    Login(
        "community",
        "社区受理岗 Community",
        "“待核查”里核查办理结果 · inspect what a unit has done",
    ),
    Login(
        "hub",
        "街道网格中心 Street hub",
        "“待转办”里转给承办单位；反馈、公示 · route to a unit, answer, publish",
    ),
    Login(
        "department",
        "市政维护站 Department",
        "记录进展、报告结果；只看到本单位的事项 · note progress, report results",
    ),
    Login(
        "sanitation", "环卫所 Department", "另一个单位看到的不一样 · another unit sees others"
    ),
    Login(
        "supervisor",
        "督查岗 Supervisor",
        "“已超时”里督促；打开联系方式会留痕 · press what is late; opening a contact is recorded",
        second_factor=True,
    ),
    Login(
        "secretary",
        "街道党工委书记 Secretary",
        "组织体系与党员中心户 · the chain down to hub households",
        second_factor=True,
    ),
    Login(
        "county",
        "富锦市网格中心 County desk",
        "全市事项一览 · all matters of the county",
        second_factor=True,
    ),
    Login("city", "佳木斯市网格中心 City desk", "各县市区事项 · all matters of the city"),
    Login(
        "admin",
        "系统管理员 System administrator",
        "区划与网格；不看事项 · areas and grids; reads no matter",
        second_factor=True,
    ),
    Login(
        "security",
        "安全管理员 Security administrator",
        "“管理”里的岗位与账号：谁坐哪个岗 · posts, holders and accounts",
        second_factor=True,
    ),
    Login(
        "audit",
        "审计管理员 Audit administrator",
        "只看谁做过什么，不改任何东西 · reads what was done, changes nothing",
        second_factor=True,
    ),
    Login(
        "auditor",
        "档案审计岗 Auditor",
        "区划与组织体系；凭档案地址看卷宗 · areas and chain; an archive at its address",
        second_factor=True,
    ),
)


def account_lines(base_url: str) -> list[str]:
    """The address, and one line per account: who, name, password, what to try first."""
    rows = [
        (
            "居民 Resident",
            "-",
            "-",
            "首页“我要反映”，再凭编号和手机号查进度 · report, then follow it",
        ),
        *((login.who, login.username, PASSWORD, login.try_first) for login in LOGINS),
    ]
    guarded = [login.username for login in LOGINS if login.second_factor]
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  "
        + "  ".join(_padded(row[column], widths[column]) for column in range(3))
        + f"  {row[3]}"
        for row in rows
    ]
    return [
        f"  {base_url}/        {base_url}/accounts/login/",
        *lines,
        f"  第二因素 second factor ({', '.join(guarded)}): TOTP {TOTP_SECRET}",
        f"  接口 API {base_url}/api/openapi.json  Bearer {API_TOKEN}",
    ]


def _width(text: str) -> int:
    """A Chinese sign is two columns wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
