"""A thousand notices through a provider that fails and jobs that are killed: none lost, none sent twice.

Residents' text messages go to a gateway that takes too many, refuses, drops the line after taking a
message or answers nonsense; the process that sends is killed -9 again and again. What the house
believes is compared with what the gateway took. The control: a house that sends what is uncertain
once more by itself reaches people twice, and the same look sees it. NOTICES names how many.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bench.house import House, a_house
from linli.engines.notices.tests.providers import LOST_ANSWERS, Provider, a_provider

SEED, ROUND_MINUTES, MOST_ROUNDS = 20260304, 35, 400
FAULTS = ["ok"] * 12 + ["http429", "refuse", *sorted(LOST_ANSWERS)]
WANTED: dict[str, object] = {"lost": 0, "twice": 0, "sent_untaken": 0, "failed_taken": 0}
TARGETS = {**dict.fromkeys(WANTED, "0"), "uncertain": "> 0", "control_twice": "> 0"}


def main() -> dict[str, object]:
    """Tell, send under fire, compare; then the control."""
    count = int(os.environ.get("NOTICES", "1000"))
    chance = random.Random(SEED)  # noqa: S311 - a play of faults that repeats itself
    with a_provider() as provider:
        provider.script = [chance.choice(FAULTS) for _number in range(count * 3)]
        own = {"LINLI_SMS_URL": provider.sms, "LINLI_TIME_ZONE": _where_it_is_noon()}
        with a_house(own=own) as house:
            figures = _prove(house, provider, count, chance)
    right = all(figures[name] == value for name, value in WANTED.items())
    seen = bool(figures["uncertain"]) and bool(figures["control_twice"])
    return {
        "figures": figures,
        "limit": WANTED,
        "targets": TARGETS,
        "met": right and seen and figures["notices"] == count,
    }


def _where_it_is_noon() -> str:
    """Residents are not disturbed by night, wherever and whenever the proof runs."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def _prove(
    house: House, provider: Provider, count: int, chance: random.Random
) -> dict[str, object]:
    from linli.engines.notices.models import Dispatch, Notice

    _report(count)
    begun, kills, rounds = time.monotonic(), 0, 0
    while rounds < MOST_ROUNDS and _waiting():
        rounds += 1
        kills += _send(house, minutes=rounds * ROUND_MINUTES, chance=chance)
    taken = Counter(to for to, _text in provider.taken)
    states = _states()
    figures: dict[str, object] = {
        "notices": Notice.objects.filter(contact_id__isnull=False).count(),
        "kills": kills,
        "rounds": rounds,
        "seconds": round(time.monotonic() - begun, 1),
        **{name: len(states.get(name, ())) for name in ("sent", "failed", "uncertain")},
        "lost": count - sum(len(states.get(n, ())) for n in ("sent", "failed", "uncertain")),
        "twice": sum(1 for times in taken.values() if times > 1),
        "sent_untaken": len(states.get("sent", set()) - taken.keys()),
        "failed_taken": len(states.get("failed", set()) & taken.keys()),
    }
    provider.script = []
    at = datetime.now(UTC)
    Dispatch.objects.filter(state="uncertain").update(state="queued", next_at=at)
    _send(house, minutes=(rounds + 1) * ROUND_MINUTES, chance=None)
    again = Counter(to for to, _text in provider.taken)
    return {**figures, "control_twice": sum(1 for times in again.values() if times > 1)}


def _report(count: int) -> None:
    """So many reports, each by another number; each tells its reporter that it came in."""
    from linli.domains.matters.rules import ReporterGiven
    from linli.domains.matters.testing import a_report, make_matter

    for number in range(count):
        make_matter(a_report(reporter=ReporterGiven("named", "李梅", f"138{number:08d}")))


def _waiting() -> bool:
    from linli.engines.notices.models import Dispatch, Notice

    unplanned = Notice.objects.filter(contact_id__isnull=False, push_at__isnull=False)
    under_way = Dispatch.objects.filter(state__in=["queued", "sending"])
    return unplanned.exists() or under_way.exists()


def _states() -> dict[str, set[str]]:
    """The numbers whose message ended in each state."""
    from linli.engines.notices.models import Dispatch
    from linli.engines.notices.services.delivering import recipients_of

    found: dict[str, set[str]] = {}
    sendings = list(Dispatch.objects.filter(channel="sms").select_related("notice"))
    recipients = recipients_of(sendings)
    for sending in sendings:
        found.setdefault(sending.state, set()).add(recipients[sending.id])
    return found


def _send(house: House, *, minutes: int, chance: random.Random | None) -> int:
    """One run of the job, so many minutes from now, killed over it two times of three."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "proofs._sending", str(minutes)], env=house.env
    )
    if chance is None or chance.random() > 0.66:
        process.wait(300)
        return 0
    with suppress(subprocess.TimeoutExpired):
        process.wait(1.0 + chance.random() * 3)
        return 0
    process.kill()
    process.wait()
    return 1


def later_by(minutes: int) -> datetime:
    """A moment so many minutes from now."""
    return datetime.now(UTC) + timedelta(minutes=minutes)
