"""The desk takes a matter in: on behalf of somebody, or what a worker found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.domains.matters.forms.reporting import IntakeForm
from linli.domains.matters.services.photos import keep_photos
from linli.domains.matters.services.reporting import report_matter
from linli.domains.matters.services.settling import settle_found
from linli.domains.matters.views.rail import rail
from linli.domains.matters.views.resident import report_context, show_beside
from linli.ground.territory.queries import home_communities
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads_and_writes

if TYPE_CHECKING:
    from linli.domains.matters.models import Matter
    from linli.kernel.errors import StrOrPromise

WAYS: dict[str, tuple[str, StrOrPromise]] = {
    "telephone": ("phone-call", _("By telephone")),
    "counter": ("users", _("At the counter")),
    "grid": ("map-pin", _("I found it myself")),
}


@needs("matters.report")
@reads_and_writes
def take_in(request: LinliRequest) -> HttpResponse:
    """By telephone, at the counter, or found on the way; a proxy act is recorded as such."""
    form = _form(request)
    if form.is_bound and form.is_valid():
        try:
            taken = _take(request, form)
        except Refusal as refusal:
            show_beside(form, refusal)
        else:
            _keep(request, taken, form)
            messages.success(request, _("Taken in as {number}").format(number=taken.number))
            return redirect("matters:matter", taken.id)
    way = str(form["channel"].value())
    context = {
        **report_context(form),
        "rail": rail(request),
        "ways": [
            {
                "url": f"{reverse('matters:take_in')}?channel={key}",
                "icon": icon,
                "label": label,
                "current": key == way,
            }
            for key, (icon, label) in WAYS.items()
        ],
        "found_myself": way == "grid",
        "photos_lost": bool(request.FILES),
    }
    return page(request, "matters/take_in.html", context, status=422 if form.is_bound else 200)


def _form(request: LinliRequest) -> IntakeForm:
    communities = home_communities()
    if request.method == "POST" and "show_questions" not in request.POST:
        return IntakeForm(request.POST, request.FILES, communities=communities)
    # Without scripts the questions of a class are asked for with what is typed already.
    typed = {key: value for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    return IntakeForm(communities=communities, initial={"channel": _way(request), **typed})


def _way(request: LinliRequest) -> str:
    """How it came in, as the address says; who works in a grid mostly finds things."""
    asked = request.GET.get("channel", "")
    if asked in WAYS:
        return asked
    return "grid" if any(len(s.area_path) > 12 for s in request.actor.seats) else "telephone"


def _take(request: LinliRequest, form: IntakeForm) -> Matter:
    clean = form.cleaned_data
    report = form.report(channel=clean["channel"])
    request_id, now = clean["request_id"], clock.now()
    if clean["channel"] == "grid" and clean["settle"].strip():
        return settle_found(
            report, result=clean["settle"], by=request.actor, at=now, request_id=request_id
        )
    return report_matter(report, by=request.actor, at=now, request_id=request_id)


def _keep(request: LinliRequest, taken: Matter, form: IntakeForm) -> None:
    """Photos that cannot be kept are named; the matter stands."""
    photos = form.cleaned_data["photos"]
    refused = keep_photos(taken, photos, kind="photo", by=request.actor, at=clock.now())
    if refused:
        said = _("The matter was taken in. Some photos were not kept: {why}")
        messages.warning(request, said.format(why=refused))
