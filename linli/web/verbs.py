"""What the verbs of the trail are called by people; one that has no words here shows as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language

from linli.engines.workflow.queries import titles_of_moves
from linli.kernel.errors import _

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

VERBS: Final[dict[str, StrOrPromise]] = {
    "accounts.accept_invitation": _("Invitation accepted"),
    "accounts.close_post": _("Post closed"),
    "accounts.end_session": _("Session ended"),
    "accounts.end_sessions": _("All sessions ended"),
    "accounts.invite": _("Account invited"),
    "accounts.leave": _("All posts left"),
    "accounts.lock": _("Account locked"),
    "accounts.reset_second_factor": _("Second factor reset"),
    "accounts.revoke_token": _("Token revoked"),
    "accounts.stand_up": _("Post left"),
    "accounts.unlock": _("Account unlocked"),
    "people.add_households": _("Households entered"),
    "accounts.issue_token": _("Token issued"),
    "accounts.open": _("Account opened"),
    "accounts.open_post": _("Post opened"),
    "accounts.seat": _("Somebody seated in a post"),
    "audit.drop_months": _("Months of the trail dropped"),
    "audit.export": _("Trail exported"),
    "audit.odd_reads": _("Week looked through for odd reads"),
    "files.keep": _("File kept"),
    "matters.archive": _("Matter archived"),
    "matters.export": _("List of matters exported"),
    "matters.open_contact": _("Reporter's contact opened"),
    "matters.report": _("Matter reported"),
    "packs.install": _("Practice pack installed"),
    "people.add_household": _("Household entered"),
    "people.add_hub": _("Hub household entered"),
    "people.add_organisation": _("Organisation entered"),
    "people.add_person": _("Person entered"),
    "people.unmask": _("Masked contact opened"),
    "refused.not_found": _("Asked for a record outside one's posts"),
    "territory.code": _("Area given a code"),
    "territory.home": _("Area served named"),
    "territory.import": _("Divisions imported"),
    "territory.places": _("Places entered"),
    "territory.publish": _("Grids published"),
    "accounts.look_as": _("Looked as a post"),
    "accounts.stop_looking": _("Stopped looking as a post"),
    "jobs.retry": _("Job tried again"),
    "matters.copy_own": _("Copy of one's own data taken"),
    "matters.correct_own": _("One's own data corrected"),
    "matters.forget_own": _("One's own data deleted"),
    "notices.keep_address": _("Address for notices kept"),
    "notices.plan": _("Notice planned"),
    "notices.read": _("Notice read"),
    "notices.read_all": _("All notices read"),
    "notices.send": _("Notice sent"),
    "notices.send_again": _("Notice sent again"),
    "notices.test": _("Channel tested"),
    "people.change_organisation": _("Organisation changed"),
    "people.close_organisation": _("Organisation closed"),
    "people.end_hub": _("Hub household ended"),
    "privacy.begin_run": _("Erasure run begun"),
    "privacy.break_glass": _("Opened outside one's own duties"),
    "privacy.end_run": _("Erasure run ended"),
    "privacy.forget": _("Forgotten at the end of a term"),
    "privacy.review_glass": _("Break-the-glass reviewed"),
    "work.alarm": _("Limit warned of, or told up the tree"),
    "work.recount": _("Limit counted again"),
    "workflow.recount": _("All limits counted again"),
}
# One verb for each step of a workflow: the pack names the step.
MOVED: Final = _("Step of a workflow: {step}")

ACTORS: Final[dict[str, StrOrPromise]] = {
    "person": _("Somebody without a post"),
    "token": _("Another system"),
    "clock": _("The clock"),
    "resident": _("A resident"),
}
KINDS: Final[dict[str, StrOrPromise]] = {
    "matter": _("Matter"),
    "work": _("Work"),
    "post": _("Post"),
    "account": _("Account"),
    "person": _("Person"),
    "organisation": _("Organisation"),
    "area": _("Area"),
    "household": _("Household"),
    "pack": _("Practice pack"),
    "token": _("Token"),
    "export": _("Copy taken out"),
    "notice": _("Notice"),
    "trail": _("Trail"),
}


def words_of(verb: str) -> str:
    """The verb in the reader's words."""
    app, _dot, key = verb.partition(".")
    if app == "work" and (title := titles_of_moves().get(key)) is not None:
        return str(MOVED).format(step=title.in_language(get_language() or ""))
    return str(VERBS.get(verb, verb))


def actor_words(kind: str) -> str:
    """Who acts without a post."""
    return str(ACTORS.get(kind, kind))


def kind_words(kind: str) -> str:
    """A kind of record in the reader's words."""
    return str(KINDS.get(kind, kind))
