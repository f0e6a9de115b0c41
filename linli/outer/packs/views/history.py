"""The pack at a glance, and everything that was ever in force."""

from __future__ import annotations

import io
import zipfile

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.kernel import clock
from linli.kernel.errors import NotFound, Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes
from linli.outer.packs import queries, services
from linli.outer.packs.forms import ReturnForm
from linli.outer.packs.rules.difference import difference
from linli.outer.packs.rules.editing import overlay_of, permission_for
from linli.outer.packs.views.editing import marked
from linli.outer.packs.views.words import title_of

ROWS = 30


@needs("packs.view")
@reads
def overview(request: LinliRequest) -> HttpResponse:
    """Which pack is in force, what was edited here, and the way to each of its parts."""
    edition = queries.installed()
    if edition is None:
        return page(request, "packs/none.html", {})
    contents = queries.contents_of(edition)
    classes, roles = contents.data("matters")["classes"], contents.data("posts")["roles"]
    assert isinstance(classes, list)
    assert isinstance(roles, dict)
    context = {
        "edition": edition,
        "title": title_of(contents.data("pack")["title"]),
        "edited": len(edition.overlay),
        "classes": len(classes),
        "roles": len(roles),
        "files": len(contents.texts),
        "workflows": [
            (title_of(each["title"]), reverse("packs:workflow", args=[name]))
            for name, each in contents.named("workflows").items()
        ],
        "forms": [
            (title_of(each["title"]), reverse("packs:questions", args=[name]))
            for name, each in contents.named("forms").items()
        ],
    }
    return page(request, "packs/overview.html", context)


@needs("packs.view")
@reads
def editions(request: LinliRequest) -> HttpResponse:
    """Everything that was ever in force, the latest first: when, by whom, why."""
    found = queries.editions()
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 9:
        found = found.filter(number__lt=int(before))
    rows = list(found.defer("body", "overlay", "release__files")[: ROWS + 1])
    context = {
        "rows": rows[:ROWS],
        "next_url": f"?before={rows[ROWS - 1].number}" if len(rows) > ROWS else "",
        "first_url": reverse("packs:editions") if before else "",
    }
    return page(request, "packs/editions.html", context, island="rows")


@needs("packs.view")
@reads_and_writes
def edition(request: LinliRequest, number: int) -> HttpResponse:
    """What an edition changed, and the way back to it."""
    wanted, current = queries.get_edition(number), queries.in_force()
    before = queries.edition_before(wanted)
    texts = queries.texts_of(wanted)
    differing = overlay_of(queries.texts_of(current), texts)
    is_same_release = wanted.release_id == current.release_id
    may_return = (
        is_same_release
        and bool(differing)
        and all(request.actor.may(permission_for(label)) for label in differing)
    )
    form = ReturnForm(request.POST or None, initial=ReturnForm.begun(current.id))
    if request.method == "POST":
        if not may_return:
            raise NotFound
        if form.is_valid() and _returned(request, number, form):
            return redirect("packs:editions")
    context = {
        "edition": wanted,
        "is_current": wanted.id == current.id,
        "is_same_release": is_same_release,
        "changes": difference(before.body, wanted.body) if before else (),
        "lines": marked(queries.line_difference(queries.texts_of(before), texts))
        if before
        else [],
        "may_return": may_return,
        "form": form,
    }
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "packs/edition.html", context, status=status)


def _returned(request: LinliRequest, number: int, form: ReturnForm) -> bool:
    said = form.cleaned_data
    try:
        services.return_to(
            number,
            reason=said["reason"],
            seen=said["seen"],
            request_id=said["request_id"],
            by=request.actor,
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("In force. New work begins with it."))
    return True


@needs("packs.view")
@reads
def export(request: LinliRequest, number: int) -> HttpResponse:
    """The files edited here as they stand in that edition, one file per section."""
    wanted = queries.get_edition(number)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for label, text in sorted(wanted.overlay.items()):
            if text is not None:
                archive.writestr(label, text)
    response = HttpResponse(target.getvalue(), content_type="application/zip")
    name = f"{wanted.name}-{wanted.version}-{wanted.number}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
