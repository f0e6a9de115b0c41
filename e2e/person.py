"""Somebody in front of a screen: what they open is looked at with the eyes of everybody."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
)

from e2e.house import House
from linli.config.demo.accounts import PASSWORD, TOTP_SECRET

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "images"
PHONE: Final[ViewportSize] = {"width": 360, "height": 800}
DESK: Final[ViewportSize] = {"width": 1440, "height": 900}
LARGEST_PICTURE = 150_000
_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(one => [one.id, one.help, one.nodes.map(node => node.target.join(" "))]);
}"""
_TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > wide + 1)
    .slice(-3).map(one => one.outerHTML.slice(0, 120));
}"""


@dataclass
class Person:
    """One browser with its own cookies, and what went wrong in it."""

    house: House
    context: BrowserContext
    page: Page
    has_scripts: bool = True
    wrong: list[object] = field(default_factory=list)

    @classmethod
    def sits_down(
        cls, house: House, context: BrowserContext, *, has_scripts: bool = True
    ) -> Person:
        """Open a page that notes every error and every call to another host."""
        person = cls(house, context, context.new_page(), has_scripts)
        person.page.on("console", person._hear)
        person.page.on("pageerror", lambda error: person.wrong.append(str(error)))
        context.on("request", person._follow)
        return person

    def open(self, address: str) -> None:
        """Go to a page of the house and look at it."""
        self.page.goto(urljoin(self.house.address, address))
        self.look()

    def look(self) -> None:
        """Nothing wrong said, nobody shut out, nothing beyond the edge."""
        self._expect_nothing("said", self.wrong)
        if not self.has_scripts:
            return
        # Nothing is judged while it still comes, moves or waits for a part of itself.
        self.page.wait_for_load_state()
        expect(self.page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
        self._expect_nothing("beyond the edge", self.page.evaluate(_TOO_WIDE))
        self.page.evaluate(AXE_SCRIPT)
        self._expect_nothing("shut out", self.page.evaluate(_AXE))

    def send(self) -> None:
        """Press the one button that sends the form on this page, and look at what comes."""
        with self.page.expect_navigation():
            self.page.locator("main form .ll-actions button.btn-primary").last.click()
        self.look()

    def sign_in(self, username: str) -> None:
        """By name and password, and the second factor where the post asks for one."""
        self.open("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.send()
        for _ in range(3):
            if "/2fa/" not in self.page.url:
                break
            self.page.fill("[name=code]", _code_of_now())
            self.send()
            if "/2fa/" in self.page.url:
                time.sleep(30 - time.time() % 30)  # a code counts once, whoever used it before
        assert "/accounts/" not in self.page.url

    def picture(self, name: str) -> None:
        """A picture for the manual, when asked for: a run of tests leaves no trace."""
        if os.environ.get("SCREENSHOTS") != "1":
            return
        self.page.mouse.move(0, 0)
        self.page.evaluate("scrollTo(0, 0)")
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        with Image.open(path) as taken:
            taken.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3).save(
                path, optimize=True
            )
        assert path.stat().st_size < LARGEST_PICTURE, path

    def _expect_nothing(self, of_what: str, found: list[object]) -> None:
        assert not found, f"{self.page.url}, {of_what}: {found}"

    def _hear(self, said: ConsoleMessage) -> None:
        # Drawing without a graphics card is slow, and Chromium says so; that is not ours.
        if said.type in {"error", "warning"} and "GL Driver Message" not in said.text:
            self.wrong.append(f"{self.page.url}: {said.text}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((*self.house.origins, "data:", "blob:")):
            self.wrong.append(f"asked {request.url}")


def _code_of_now() -> str:
    code: str = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
    return code
