"""One run of the job that sends notices, as if so many minutes had passed: `python -m proofs._sending 35`."""

from __future__ import annotations

import sys

from proofs.notices import later_by


def main(minutes: int) -> None:
    """What the worker's job does each minute."""
    import django

    django.setup()
    from linli.engines.notices.services.delivering import plan_sendings, send_waiting
    from linli.kernel.actor import CLOCK

    at = later_by(minutes)
    plan_sendings(by=CLOCK, at=at)
    send_waiting(by=CLOCK, at=at)


if __name__ == "__main__":
    main(int(sys.argv[1]))
