"""The doctor: looks at everything that can go wrong, and says what to do."""

from __future__ import annotations

from collections.abc import Iterable

from linli.config.doctor import ground, keeping, ruled, working
from linli.config.doctor.finding import Finding, Look, fault
from linli.kernel.errors import _

# In the order in which one thing stands on another.
LOOKS = (
    Look("database", ground.database),
    Look("rights", ground.rights),
    Look("tables", ground.tables),
    Look("restore", ground.cut_restore),
    Look("room", ground.room),
    Look("keys", keeping.keys),
    Look("files", keeping.files),
    Look("backup", keeping.backup, still=False),
    Look("worker", working.worker, still=False),
    Look("jobs", working.jobs, still=False),
    Look("trail", working.trail, still=False),
    Look("clock", working.the_clock),
    Look("settings", ruled.environment),
    Look("styles", ruled.styles),
    Look("pack", ruled.pack, still=False),
    Look("calendar", ruled.calendar, still=False),
    Look("mail", ruled.mail, still=False),
)


def look(looks: Iterable[Look] = LOOKS) -> list[Finding]:
    """Every finding; a look that breaks is itself a fault, and the others go on."""
    return [found for one in looks for found in _findings(one)]


def after_upgrade() -> list[Finding]:
    """What can be asked of a house that is stopped."""
    return look(one for one in LOOKS if one.still)


def _findings(one: Look) -> list[Finding]:
    try:
        return list(one.run())
    except Exception as error:
        said = str(error).strip().splitlines()
        reason = said[0] if said else type(error).__name__
        return [
            fault(
                one.name,
                _("This could not be looked at: {reason}"),
                _("Mend what stands above it first."),
                reason=reason,
            )
        ]
