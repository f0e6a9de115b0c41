"""One house for the browser, and people who sit down in front of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from e2e.house import House, shared
from e2e.person import DESK, PHONE, Person

Sits = Callable[..., Person]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    """Served for the run; processes that test side by side meet in the folder above theirs."""
    own: Path = tmp_path_factory.getbasetemp()
    with shared(own if worker_id == "master" else own.parent) as served:
        yield served


# Not for the session: the loop of a running browser would meet tests that ask the database.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    assert path, "there is no Chromium; make test installs it or names the line that does"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def sits(house: House, chromium: Browser) -> Iterator[Sits]:
    """Seats somebody in front of a phone or a desk; everybody leaves when the test ends."""
    seated: list[Person] = []

    def sit(
        username: str = "", *, size: ViewportSize | None = None, **options: object
    ) -> Person:
        size = size or (DESK if username else PHONE)
        is_phone = size == PHONE
        context = chromium.new_context(
            **{
                "viewport": size,
                "locale": "zh-CN",
                "timezone_id": "Asia/Shanghai",
                "has_touch": is_phone,
                "is_mobile": is_phone,
                "device_scale_factor": 2 if is_phone else 1,
                "reduced_motion": "reduce",
            }
            | options  # type: ignore[arg-type]
        )
        person = Person.sits_down(
            house, context, has_scripts=options.get("java_script_enabled") is not False
        )
        seated.append(person)
        if username:
            person.sign_in(username)
        return person

    yield sit
    for person in seated:
        person.context.close()
