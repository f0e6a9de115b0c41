"""Opening what is masked in a matter: for a purpose, or because it cannot wait."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from linli.domains.matters import queries
from linli.domains.matters.services.contacts import Contact, open_contact, open_urgently
from linli.domains.matters.views.record import whole
from linli.ground.privacy.forms import GlassForm, PurposeForm
from linli.kernel import clock
from linli.kernel.errors import Invalid
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, writes


@needs("matters.unmask")
@writes
def contact(request: LinliRequest, matter_id: UUID) -> HttpResponse:
    """Open the reporter's contact for a stated purpose; that is recorded, and the page says so.

    Whoever holds the matter is not asked: their task is the purpose.
    """
    found = queries.get_matter(matter_id, seen_by=request.actor)
    form = PurposeForm(request.POST)
    purpose = form.cleaned_data["purpose"] if form.is_valid() else ""
    opened = None
    if purpose or queries.is_own_task(found, seen_by=request.actor):
        opened = open_contact(found, purpose=purpose, by=request.actor, at=clock.now())
    shown = {**whole(request, found), "opened": opened, "purpose": form}
    return _unkept(request, shown, opened)


@needs("privacy.break_glass")
@writes
def glass(request: LinliRequest, matter_id: UUID) -> HttpResponse:
    """Break the glass: the contact opens at once, and another person will review the reason."""
    found = queries.get_matter(matter_id, seen_by=request.actor)
    form, opened = GlassForm(request.POST), None
    if form.is_valid():
        at = clock.now()
        try:
            open_urgently(found, **form.cleaned_data, by=request.actor, at=at)
        except Invalid as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            opened = open_contact(found, purpose="", by=request.actor, at=at)
    return _unkept(request, {**whole(request, found), "opened": opened, "glass": form}, opened)


def _unkept(
    request: LinliRequest, shown: dict[str, object], opened: Contact | None
) -> HttpResponse:
    """A number in the clear stays on the screen and nowhere else."""
    status = 422 if opened is None else 200
    response = page(request, "matters/matter.html", shown, island="contact", status=status)
    response["Cache-Control"] = "no-store"
    return response
