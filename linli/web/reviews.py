"""What was opened outside somebody's duties, for another person to review."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.domains.matters.queries import numbers_of
from linli.ground.accounts.queries import people_in
from linli.ground.privacy import queries
from linli.ground.privacy.models import Glass
from linli.ground.privacy.services.looking import review_glass
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound, Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, writes


class VerdictForm(forms.Form):
    """Whether it was justified, and a word on why."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[("yes", _("Justified")), ("no", _("Not justified"))],
        error_messages={
            "required": _("Say whether it was justified."),
            "invalid_choice": _("Say whether it was justified."),
        },
    )
    remark = forms.CharField(label=_("Remark"), max_length=500, required=False)


@dataclass(frozen=True, slots=True)
class GlassRow:
    """One broken glass as its reviewer reads it."""

    glass: Glass
    who: str
    post: str
    number: str
    looks: int
    own: bool


@needs("privacy.review")
@reads
def reviews(request: LinliRequest) -> HttpResponse:
    """What waits for a review, or with `?reviewed` what was reviewed, the latest first."""
    return _page(request, reviewed="reviewed" in request.GET)


@needs("privacy.review")
@writes
def review(request: LinliRequest, glass_id: UUID) -> HttpResponse:
    """Judge one, and go on with the others."""
    queries.get_glass(glass_id)
    form = VerdictForm(request.POST)
    if form.is_valid():
        try:
            review_glass(
                glass_id,
                justified=form.cleaned_data["verdict"] == "yes",
                remark=form.cleaned_data["remark"],
                by=request.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your verdict is recorded."))
        return redirect("reviews")
    return _page(request, reviewed=False, form=form, status=422)


def _page(
    request: LinliRequest,
    *,
    reviewed: bool,
    form: VerdictForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = queries.glasses(
        seen_by=request.actor, reviewed=reviewed, before=_before(request), limit=30
    )
    more = f"?{'reviewed&' if reviewed else ''}before={found.next}" if found.next else ""
    context = {
        "rows": _rows(found.items, request.actor),
        "next_url": more,
        "reviewed": reviewed,
        "form": form or VerdictForm(),
    }
    return page(request, "reviews.html", context, status=status)


def _before(request: LinliRequest) -> UUID | None:
    wanted = request.GET.get("before", "")
    try:
        return UUID(wanted) if wanted else None
    except ValueError:
        raise NotFound from None


def _rows(found: list[Glass], reader: Actor) -> list[GlassRow]:
    """Three queries, however many."""
    names = people_in(
        accounts={glass.account_id for glass in found},
        posts={glass.post_id for glass in found if glass.post_id},
        seen_by=reader,
    )
    numbers = numbers_of([glass.ref_id for glass in found if glass.ref_kind == "matter"])
    looks = queries.looks_under(found)
    return [
        GlassRow(
            glass=glass,
            who=names.get(glass.account_id, ""),
            post=names.get(glass.post_id, "") if glass.post_id else "",
            number=numbers.get(glass.ref_id, ""),
            looks=looks.get(glass.id, 0),
            own=glass.account_id == reader.account_id,
        )
        for glass in found
    ]
