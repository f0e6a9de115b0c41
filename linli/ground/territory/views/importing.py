"""Importing a division file: choose it, see what it would change, take it over."""

from __future__ import annotations

import io
import json
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.ground.territory import queries, services
from linli.ground.territory.forms import ImportForm
from linli.ground.territory.views.areas import rail
from linli.ground.territory.views.held import held, hold
from linli.ground.territory.views.maps import today
from linli.ground.territory.views.words import LEVELS, SCHEMES
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads_and_writes

SHOWN = 20


@needs("territory.import")
@reads_and_writes
def upload(request: LinliRequest) -> HttpResponse:
    """Choose a file; a slip in it is named by line and column, and nothing is written."""
    form = ImportForm(
        request.POST or None, request.FILES or None, initial={"valid_from": today()}
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        scheme, valid_from = form.cleaned_data["scheme"], form.cleaned_data["valid_from"]
        try:
            queries.plan_import(file, scheme=scheme, valid_from=valid_from)
        except Refusal as refusal:
            form.add_error(refusal.field or "file", str(refusal))
        else:
            file.seek(0)
            about = json.dumps({"scheme": scheme, "valid_from": valid_from.isoformat()})
            token = hold(about.encode() + b"\n" + file.read(), kind="import", by=request.actor)
            return redirect("territory:import_check", token)
    context = {**rail(request), "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "territory/import.html", context, status=status)


@needs("territory.import")
@reads_and_writes
def check(request: LinliRequest, token: str) -> HttpResponse:
    """What the file would change; on the button it is taken over whole."""
    about, _line, sent = held(token, kind="import", by=request.actor).partition(b"\n")
    said = json.loads(about)
    scheme, valid_from = said["scheme"], date.fromisoformat(said["valid_from"])
    if request.method == "POST":
        done = services.import_divisions(
            io.BytesIO(sent),
            scheme=scheme,
            valid_from=valid_from,
            by=request.actor,
            at=clock.now(),
        )
        words = str(_("Imported: {new} new, {renamed} renamed, {same} as they were."))
        messages.success(
            request, words.format(new=done.new, renamed=done.renamed, same=done.same)
        )
        return redirect("territory:areas")
    plan = queries.plan_import(io.BytesIO(sent), scheme=scheme, valid_from=valid_from)
    context = {
        **rail(request),
        "plan": plan,
        "new_count": len(plan.new),
        "renamed_count": len(plan.renamed),
        "new": [(row, LEVELS[row.level]) for row in plan.new[:SHOWN]],
        "renamed": plan.renamed[:SHOWN],
        "scheme": SCHEMES[scheme],
        "valid_from": valid_from,
    }
    return page(request, "territory/import_check.html", context)
