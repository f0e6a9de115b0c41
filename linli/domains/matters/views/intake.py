"""The desk takes a matter in: on behalf of somebody, or what a worker found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.domains.matters.forms.reporting import IntakeForm
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.services.reporting import report_matter
from linli.domains.matters.services.settling import settle_found
from linli.domains.matters.views.desk import rail
from linli.domains.matters.views.resident import report_context, show_beside
from linli.ground.territory.queries import home_communities
from linli.kernel import clock
from linli.kernel.errors import Refusal
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads_and_writes

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter


@needs("matters.report")
@reads_and_writes
def take_in(request: LinliRequest) -> HttpResponse:
    """By telephone, at the counter, or found on the way; a proxy act is recorded as such."""
    initial = {"channel": request.GET.get("channel", "telephone")[:12]}
    form = IntakeForm(
        request.POST or None,
        request.FILES or None,
        communities=home_communities(),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            taken = _take(request, form)
        except Refusal as refusal:
            show_beside(form, refusal)
        else:
            photos = form.cleaned_data["photos"]
            refused = keep_photos(taken, photos, kind="photo", by=request.actor, at=clock.now())
            if refused:
                messages.warning(request, refused)
            return redirect("matters:matter", taken.id)
    context = {**report_context(form), "rail": rail(request, current=None)}
    return page(request, "matters/take_in.html", context, status=422 if form.is_bound else 200)


def _take(request: LinliRequest, form: IntakeForm) -> Matter:
    clean = form.cleaned_data
    report = form.report(channel=clean["channel"])
    request_id, now = clean["request_id"], clock.now()
    if clean["channel"] == "grid" and clean["settle"].strip():
        return settle_found(
            report, result=clean["settle"], by=request.actor, at=now, request_id=request_id
        )
    return report_matter(report, by=request.actor, at=now, request_id=request_id)
