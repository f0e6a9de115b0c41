"""A browser without scripts: reads forms from pages, keeps what stands in them, sends them."""

from __future__ import annotations

import base64
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

Files = Mapping[str, tuple[str, bytes, str]]


class SmokeError(Exception):
    """Something of the story did not happen."""


def expect(holds: bool, otherwise: str) -> None:
    """Nothing, or the end of the story."""
    if not holds:
        raise SmokeError(otherwise)


def totp(secret: str, at: float) -> str:
    """The six digits of RFC 6238 for a moment."""
    counter = struct.pack(">Q", int(at) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06d}"


@dataclass(slots=True)
class Form:
    """A form as its page shows it: where it goes, what stands in it, what may be chosen."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    options: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """Every form of a page, and the words of its complaints."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.complaints: list[str] = []
        self._form: Form | None = None
        self._select = self._area = ""
        self._complaining = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        classes = said.get("class", "")
        self._complaining = "invalid-feedback" in classes or "error" in said.get("id", "")
        if tag == "form":
            self._form = Form(said.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, said)

    def _control(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "option":
            form.options.setdefault(self._select, []).append(said.get("value", ""))
            if "selected" in said or self._select not in form.values:
                form.values[self._select] = said.get("value", "")
        if not name or tag not in {"input", "select", "textarea"}:
            return
        form.names.add(name)
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.values[name] = ""
        elif said.get("type") not in {"radio", "checkbox"} or "checked" in said:
            form.values[name] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.values[self._area] = data.strip()
        elif self._complaining and data.strip():
            self.complaints.append(data.strip())


class Page:
    """What a door answered."""

    def __init__(self, response: httpx.Response) -> None:
        self.url = str(response.url)
        self.status = response.status_code
        self.content = response.content
        is_text = response.headers.get("content-type", "").startswith("text/html")
        self.text = response.text if is_text else ""
        self._read = Forms(self.text)

    def form_with(self, names: set[str]) -> Form:
        """The form that has all these fields."""
        for form in self._read.forms:
            if names <= form.names:
                return form
        raise SmokeError(
            f"{self.url} ({self.status}) has no form with {', '.join(sorted(names))}"
        )

    def options(self, name: str) -> list[str]:
        """What may be chosen, in the page's order."""
        return self.form_with({name}).options[name]

    def complaints(self) -> str:
        """What the page says is wrong."""
        return " ".join(self._read.complaints)[:300]


class Door:
    """One person's browser, with its own cookies."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            timeout=60,
            # A proxy named in the environment must not be asked for our own page.
            trust_env=False,
            headers={"Accept-Language": "zh-CN"},
        )

    def get(self, address: str) -> Page:
        """Open a page."""
        return Page(self._client.get(address))

    def json(self, address: str) -> Any:
        """Read what a page reads for itself."""
        response = self._client.get(address)
        expect(response.status_code == 200, f"{address}: {response.status_code}")
        return response.json()

    def submit(
        self, page: Page, answered: Mapping[str, str | None], *, files: Files | None = None
    ) -> Page:
        """Fill a page's form and send it; None names a field that keeps what stands in it.

        Questions of a class appear when it is chosen, so they may be answered unasked.
        """
        asked = {name for name in answered if "." not in name}
        form = page.form_with(asked)
        given = {name: value for name, value in answered.items() if value is not None}
        sent = {**form.values, **given}
        if files:
            sent = {name: value for name, value in sent.items() if name not in files}
        response = self._client.post(
            str(httpx.URL(page.url).join(form.action or page.url)),
            data=sent,
            files=files,
            headers={"Referer": page.url},
        )
        return Page(response)
