"""Plays one matter from report to archive through the public doors of a running house.

    BASE_URL=http://127.0.0.1:8000 python scripts/smoke.py

It knows the accounts the demo prints, and nothing else: every form is read from its page, and what one
person did is read again as another. Prints each step with its time and ends with `ok`, or says what
failed and ends with 1.
"""

from __future__ import annotations

import io
import os
import re
import sys
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import shapely
from PIL import Image, ImageDraw
from shapely.geometry import shape
from smoke_client import Door, SmokeError, expect, totp

from linli.config.demo.accounts import API_TOKEN, PASSWORD, TOTP_SECRET

BASE_URL = os.environ.get("BASE_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
LAMP = "01-03"
SAYS = "楼前路灯不亮，老人晚上下楼看不清。"
NOTE, RESULT = "已派人到现场查看，明日更换。", "灯泡与镇流器已更换，试灯正常。"
ANSWER, PUBLIC = "路灯已修好，谢谢您的反映。", "居民反映的楼前路灯已修好。"
PRINTED_WITHIN = 90


class Story:
    """One matter, and everybody who meets it."""

    def __init__(self) -> None:
        self.phone = f"139{time.time_ns() // 1000 % 10**8:08d}"
        self.people: dict[str, Door] = {}
        self.number = self.progress_url = self.matter_url = ""
        self.photo_count = 0

    def door(self, who: str) -> Door:
        """Somebody's own browser; staff sign in when they first come."""
        if who not in self.people:
            self.people[who] = Door(BASE_URL)
            if who != "resident":
                sign_in(self.people[who], who)
        return self.people[who]

    def step(self, who: str, key: str, **answered: str) -> None:
        """Take one step of the matter through its form, and see that the form is gone."""
        address = f"{self.matter_url}steps/{key}/"
        page = self.door(who).get(address)
        expect(page.url.endswith(address), f"{who} is not offered the step {key}")
        done = self.door(who).submit(page, {"seen_version": None, **answered})
        expect(done.status == 200, f"{who}, {key}: {done.status} {done.complaints()}")
        expect(done.url.endswith(self.matter_url), f"{who}, {key}: {done.complaints()}")


def sign_in(door: Door, who: str) -> None:
    """By user name and password, and by the second factor where one is asked."""
    page = door.get("/accounts/login/")
    page = door.submit(page, {"login": who, "password": PASSWORD})
    for _ in range(3):
        if "/2fa/" not in page.url:
            break
        code = totp(TOTP_SECRET, time.time())
        page = door.submit(page, {"code": code})
        if "/2fa/" in page.url:
            time.sleep(30 - time.time() % 30 + 0.5)  # a code counts once
    expect("/accounts/" not in page.url, f"{who} cannot sign in: {page.complaints()}")


def a_photo() -> bytes:
    """A drawing, as a phone would send it."""
    image = Image.new("RGB", (1600, 1200), (24, 28, 48))
    ImageDraw.Draw(image).rectangle((780, 200, 810, 1100), fill=(90, 92, 98))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def point_of_first_grid(door: Door) -> tuple[str, str]:
    """Where the demo's grid worker walks: in the grid with the smallest code of the public map."""
    address = re.search(r'data-outlines="([^"]+)"', door.get("/report/").text)
    expect(address is not None, "the report page names no map")
    assert address is not None
    found = door.json(address[1])["features"]
    grids = [one for one in found if one["properties"]["level"] == 5]
    first = min(grids, key=lambda one: str(one["properties"]["code"]))
    point = shapely.point_on_surface(shape(first["geometry"]))
    return f"{point.x:.6f}", f"{point.y:.6f}"


def resident_reports(story: Story) -> str:
    door = story.door("resident")
    lng, lat = point_of_first_grid(door)
    page = door.get(f"/report/?class={LAMP}")
    sent = door.submit(
        page,
        {
            "description": SAYS,
            "class_code": LAMP,
            "answers.how_many": "one",
            "lng": lng,
            "lat": lat,
            "crs": "EPSG:4490",
            "kind": "named",
            "name": "李梅",
            "phone": story.phone,
        },
        files={"photos": ("lamp.jpg", a_photo(), "image/jpeg")},
    )
    expect("/sent/" in sent.url, f"the report was not taken: {sent.status} {sent.complaints()}")
    found = re.search(r"ll-big-number[^>]*>([\d\s]+)<", sent.text)
    assert found is not None, "the receipt shows no number"
    story.number = "".join(found[1].split())
    return story.number


def resident_looks_it_up(story: Story) -> str:
    door = story.door("resident")
    refused = door.submit(
        door.get("/track/"), {"number": story.number, "secret": "13999999999"}
    )
    expect(refused.status == 422, "a wrong telephone is not refused")
    page = door.submit(door.get("/track/"), {"number": story.number, "secret": story.phone})
    expect(story.number in page.text, "the reporter does not find the matter again")
    expect(SAYS in page.text, "the reporter does not read what was reported")
    story.progress_url = page.url
    return "by number and telephone; a wrong telephone is refused"


def grid_worker_files(story: Story) -> str:
    door = story.door("grid")
    rows = door.get(f"/desk/?queue=mine&q={story.number}").text
    found = re.search(r"/desk/matters/([0-9a-f-]{36})/", rows)
    expect(found is not None, "the grid worker's own queue does not hold the matter")
    assert found is not None
    story.matter_url = f"/desk/matters/{UUID(found[1])}/"
    page = door.get(story.matter_url)
    expect(SAYS in page.text, "the grid worker does not read the report")
    expect(story.phone not in page.text, "the reporter's number is open to everybody")
    photo = re.search(r"/desk/matters/[0-9a-f-]{36}/photos/[0-9a-f-]{36}/", page.text)
    expect(photo is not None, "the photo is not beside the report")
    assert photo is not None
    expect(door.get(photo[0]).content[:3] == b"\xff\xd8\xff", "the photo is no JPEG")
    story.step("grid", "file", matter_class=LAMP, filing_condition="one_out")
    return "with the photo seen and the number masked"


def hub_routes(story: Story) -> str:
    hidden = story.door("department").get(story.matter_url).status
    expect(hidden == 404, "the department sees it before it is assigned")
    page = story.door("hub").get(f"{story.matter_url}steps/route/")
    unit = next(value for value in page.options("unit") if value)
    story.step("hub", "route", unit=unit)
    seen = story.door("department").get(f"/desk/?queue=mine&q={story.number}")
    expect(story.matter_url in seen.text, "it is not in the department's queue")
    other = story.door("sanitation")
    missing = other.get(f"/desk/matters/{uuid4()}/")
    hidden_page = other.get(story.matter_url)
    expect(hidden_page.status == missing.status == 404, "another station sees it")
    expect(story.number not in hidden_page.text, "the refusal tells the number")
    return "to the municipal station; another station finds nothing"


def department_notes_progress(story: Story) -> str:
    story.step("department", "progress", note=NOTE)
    expect(NOTE in story.door("hub").get(story.matter_url).text, "the hub reads no progress")
    return "and the hub reads it"


def supervisor_presses(story: Story) -> str:
    story.step("supervisor", "press")
    page = story.door("department").get(story.matter_url)
    expect("督查岗" in page.text, "the department does not read who pressed")
    return "signed in with the second factor; the department reads it"


def department_reports(story: Story) -> str:
    story.step("department", "report_result", result=RESULT)
    page = story.door("community").get(f"/desk/?queue=check&q={story.number}")
    expect(story.matter_url in page.text, "it is not in the community's queue")
    return "and it waits for the community"


def community_inspects(story: Story) -> str:
    refused = story.door("department").get(f"{story.matter_url}steps/pass/")
    expect(refused.url.endswith(story.matter_url), "who handled it may inspect it")
    story.step("community", "pass")
    return "somebody else than who handled it"


def hub_feeds_back(story: Story) -> str:
    story.step("hub", "feed_back", answer=ANSWER)
    page = story.door("resident").get(story.progress_url)
    expect(ANSWER in page.text, "the resident does not read the answer")
    return "and the resident reads the answer"


def resident_rates(story: Story) -> str:
    door = story.door("resident")
    rated = door.submit(
        door.get(story.progress_url), {"score": "5", "score_reason": "修得快。"}
    )
    expect(rated.status == 200, f"the rating was refused: {rated.complaints()}")
    page = story.door("supervisor").get(story.matter_url)
    expect("修得快。" in page.text, "the supervisor does not read the rating")
    return "and the supervisor reads it"


def hub_publishes(story: Story) -> str:
    visitor = Door(BASE_URL)
    public = f"/public/{story.number}/"
    expect(visitor.get(public).status == 404, "it is public before it was published")
    story.step("hub", "publish", public_text=PUBLIC)
    page = visitor.get(public)
    expect(page.status == 200 and PUBLIC in page.text, "it is not on the public page")
    expect(PUBLIC in visitor.get("/public/").text, "it is not on the public list")
    for private in (story.phone, "李梅", SAYS):
        expect(private not in page.text, "the public page tells what is private")
    return "public only now, without the reporter"


def matter_is_archived(story: Story) -> str:
    door = story.door("hub")
    if door.get(f"{story.matter_url}steps/archive/").url.endswith("archive/"):
        story.step("hub", "archive")
    reader, until = story.door("supervisor"), time.monotonic() + PRINTED_WITHIN
    while (paper := reader.get(f"{story.matter_url}archive/")).status != 200:
        expect(time.monotonic() < until, "the archive was not printed")
        time.sleep(1)
    expect(paper.content[:5] == b"%PDF-", "the archive is no PDF")
    expect("已办结归档" in story.door("resident").get(story.progress_url).text, "not closed")
    return f"{len(paper.content) // 1024} KB on paper; the resident reads that it is closed"


def programs_report(story: Story) -> str:
    api = httpx.Client(base_url=BASE_URL, trust_env=False, timeout=30)
    described = api.get("/api/openapi.json")
    expect("/api/matters" in described.json()["paths"], "the API does not describe itself")
    body = {
        "description": "小区门口的井盖响。",
        "place": {"text": "小区门口"},
        "class_code": "01-02",
    }
    key = {"Idempotency-Key": str(uuid4())}
    expect(api.post("/api/matters", json=body, headers=key).status_code == 401, "no token")
    key["Authorization"] = f"Bearer {API_TOKEN}"
    first = api.post("/api/matters", json=body, headers=key)
    again = api.post("/api/matters", json=body, headers=key)
    expect(first.status_code == 201, f"refused: {first.text[:200]}")
    expect(again.json() == first.json(), "the same report twice got two receipts")
    other = api.post("/api/matters", json={**body, "description": "别的事。"}, headers=key)
    expect(other.status_code == 409, "one key for two reports is not refused")
    expect(other.headers["content-type"] == "application/problem+json", "no problem+json")
    seen = story.door("hub").get(f"/desk/?queue=all&q={first.json()['number']}")
    expect(first.json()["id"] in seen.text, "the hub does not see what a program reported")
    return "twice with one key: one matter, two equal receipts"


STORY: tuple[tuple[str, Callable[[Story], str]], ...] = (
    ("resident reports with a photo", resident_reports),
    ("resident looks it up", resident_looks_it_up),
    ("grid worker files", grid_worker_files),
    ("hub routes", hub_routes),
    ("department notes progress", department_notes_progress),
    ("supervisor presses", supervisor_presses),
    ("department reports the result", department_reports),
    ("community inspects", community_inspects),
    ("hub feeds back", hub_feeds_back),
    ("resident rates", resident_rates),
    ("hub publishes", hub_publishes),
    ("archive", matter_is_archived),
    ("a program reports", programs_report),
)


def main() -> int:
    """Play the story; 0 when all of it happened."""
    story, begun = Story(), time.monotonic()
    print(f"{BASE_URL}")
    for title, play in STORY:
        started = time.monotonic()
        try:
            said = play(story)
        except (SmokeError, httpx.HTTPError, AssertionError) as error:
            print(f"  failed  {title}: {error}")
            return 1
        print(f"  {time.monotonic() - started:5.2f} s  {title}: {said}", flush=True)
    print(f"ok ({time.monotonic() - begun:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
