"""How long a city keeps what: retention.toml, and the terms there are."""

from __future__ import annotations

from pydantic import Field

from linli.kernel.spec import KeepText, Key, Spec, Term, Text

PERMISSIONS: dict[str, Text] = {
    "privacy.view": Text(zh="查看保存期限", en="See how long things are kept"),
    "privacy.break_glass": Text(zh="紧急破例查看", en="Open a record outside one's duties"),
    "privacy.review": Text(zh="复核紧急破例查看", en="Review what was opened outside duties"),
}


TERMS: dict[str, Term] = {
    "broken_glass": Term(
        title=Text(
            zh="紧急破例查看的理由与复核", en="Reasons for opening records outside one's duties"
        ),
        counted_from=Text(zh="破例查看", en="the opening"),
        longest="5 years",
    ),
    "sign_in": Term(
        title=Text(
            zh="登录会话与登录地址", en="Sessions, and the addresses people signed in from"
        ),
        counted_from=Text(zh="会话结束", en="the end of the session"),
        longest="1 years",
    ),
    "finished_jobs": Term(
        title=Text(zh="已完成的后台任务", en="Background jobs that are done"),
        counted_from=Text(zh="任务完成", en="the end of the job"),
        longest="30 days",
    ),
    "request_replies": Term(
        title=Text(zh="重复提交的应答记录", en="Replies kept for requests sent twice"),
        counted_from=Text(zh="请求到达", en="the request"),
        longest="30 days",
    ),
}


class KeptSpec(Spec):
    """How long one term lasts here, and on which ground."""

    keep: KeepText
    basis: str = Field(min_length=1, max_length=300)


class RetentionSpec(Spec):
    """retention.toml: every term, each with its ground."""

    basis: str = Field(min_length=1, max_length=300)
    terms: dict[Key, KeptSpec]
