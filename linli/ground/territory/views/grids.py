"""Publishing a community's grids: draw one or take a file, see what changes, publish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format

from linli.ground.territory import queries, services
from linli.ground.territory.forms import DrawForm, OutlineFileForm, PublishForm
from linli.ground.territory.views.areas import rail
from linli.ground.territory.views.held import held, hold
from linli.ground.territory.views.maps import today
from linli.ground.territory.views.words import STATES, sheet_of
from linli.kernel import clock
from linli.kernel.crs import Crs
from linli.kernel.errors import NotFound, Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads_and_writes, writes

if TYPE_CHECKING:
    from linli.ground.territory.models import Area

Feature = dict[str, Any]


def _community(request: LinliRequest, area_id: UUID) -> Area:
    """The community, if grids may be drawn for it by this reader."""
    community = queries.get_area(area_id)
    if community.level != queries.COMMUNITY:
        raise NotFound
    request.actor.require("territory.publish", community.path)
    return community


def first_day() -> date:
    """Today, or the day the latest map begins: nothing is published from an earlier one."""
    return max(filter(None, [today(), queries.last_published_on()]))


@needs("territory.publish")
@reads_and_writes
def draw(request: LinliRequest, area_id: UUID) -> HttpResponse:
    """Draw one grid, new or anew; its neighbours follow, so that the map stays seamless."""
    community = _community(request, area_id)
    features = _draft(request, community)
    chosen = _chosen(request, features)
    form = DrawForm(request.POST or None, initial=_initial(features, chosen))
    if form.is_valid():
        try:
            changed = _redrawn(community, features, chosen, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(_beside(form, refusal, "outline"), str(refusal))
        else:
            seen = _draft_map(request, community)
            return _held(request, community, changed, source="hand", seen_map=seen)
    status = 422 if form.is_bound else 200
    return _draw_page(request, community, features, chosen, form, OutlineFileForm(), status)


@needs("territory.publish")
@writes
def take_file(request: LinliRequest, area_id: UUID) -> HttpResponse:
    """Take all grids from one file; a slip is named beside the field with its feature."""
    community = _community(request, area_id)
    form = OutlineFileForm(request.POST, request.FILES)
    if form.is_valid():
        raw, crs = form.cleaned_data["file"].read(), form.cleaned_data["crs"]
        try:
            plan = queries.plan_grids(
                community, raw, crs=Crs(crs) if crs else None, valid_from=first_day()
            )
        except Refusal as refusal:
            form.add_error(_beside(form, refusal, "file"), str(refusal))
        else:
            features = queries.as_features(plan.outlines)
            seen = queries.latest_map_of(community)
            return _held(request, community, features, source="import", seen_map=seen)
    features = _draft(request, community)
    chosen = _chosen(request, features)
    drawing = DrawForm(initial=_initial(features, chosen))
    return _draw_page(request, community, features, chosen, drawing, form, 422)


def _draw_page(
    request: LinliRequest,
    community: Area,
    features: Sequence[Feature],
    chosen: int | None,
    form: DrawForm,
    file_form: OutlineFileForm,
    status: int,
) -> HttpResponse:
    draft = request.GET.get("draft", "")
    outlines_url = reverse("territory:outlines", args=[community.id])
    keep = f"draft={draft}&" if draft else ""
    context = {
        **rail(request),
        "community": community,
        "form": form,
        "file_form": file_form,
        "chosen": features[chosen]["properties"]["name"] if chosen is not None else "",
        "is_new": chosen is None,
        "outlines_url": f"{outlines_url}?draft={draft}" if draft else outlines_url,
        "new_url": f"?{keep}grid=new",
        "others": [
            (feature["properties"]["name"], f"?{keep}grid={n}", n == chosen)
            for n, feature in enumerate(features)
        ],
        "here": f"?{request.GET.urlencode()}",
    }
    return page(request, "territory/draw.html", context, status=status)


def _draft(request: LinliRequest, community: Area) -> list[Feature]:
    """The features of the draft that is drawn on, or the grids in force."""
    if token := request.GET.get("draft", ""):
        collection = json.loads(held(token, kind="grids", by=request.actor))
    else:
        collection = queries.collection_of(queries.grids_of(community, on=first_day()))
    features: list[Feature] = collection["features"]
    return features


def _draft_map(request: LinliRequest, community: Area) -> int:
    """The map the draft began on: a draft drawn further keeps the map it began with."""
    if token := request.GET.get("draft", ""):
        return int(json.loads(held(token, kind="grids", by=request.actor))["seen_map"])
    return queries.latest_map_of(community)


def _chosen(request: LinliRequest, features: Sequence[Feature]) -> int | None:
    wanted = request.GET.get("grid", "new")
    known = {str(n): n for n in range(len(features))}
    return known.get(wanted)


def _initial(features: Sequence[Feature], chosen: int | None) -> dict[str, object]:
    if chosen is None:
        return {}
    said, outline = features[chosen]["properties"], features[chosen]["geometry"]
    return {
        "name": said["name"],
        "kind": said["kind"] or "basic",
        "outline": json.dumps(outline, separators=(",", ":")),
    }


def _redrawn(
    community: Area, features: list[Feature], chosen: int | None, sent: dict[str, str]
) -> list[Feature]:
    code = features[chosen]["properties"]["code"] if chosen is not None else ""
    return queries.redraw(
        features,
        sent["outline"],
        chosen=chosen,
        properties={"code": code, "name": sent["name"], "kind": sent["kind"]},
        community=queries.outline_of(community, on=first_day()),
    )


def _held(
    request: LinliRequest,
    community: Area,
    features: Sequence[object],
    *,
    source: str,
    seen_map: int,
) -> HttpResponse:
    collection = {
        "type": "FeatureCollection",
        "source": source,
        "seen_map": seen_map,
        "features": features,
    }
    sent = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    token = hold(sent.encode(), kind="grids", by=request.actor)
    return redirect("territory:publish", community.id, token)


def _beside(form: forms.Form, refusal: Refusal, otherwise: str) -> str:
    """The field a refusal is shown beside."""
    return refusal.field if refusal.field in form.fields else otherwise


@needs("territory.publish")
@reads_and_writes
def check(request: LinliRequest, area_id: UUID, token: str) -> HttpResponse:
    """What publishing would change, grid by grid; on the button it is published."""
    community = _community(request, area_id)
    drawn = held(token, kind="grids", by=request.actor)
    form = PublishForm(request.POST or None, initial={"valid_from": first_day()})
    if form.is_valid():
        try:
            draft = json.loads(drawn)
            version = services.publish_grids(
                community,
                drawn,
                crs=Crs.CGCS2000,
                source=draft["source"],
                seen_map=draft["seen_map"],
                by=request.actor,
                at=clock.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(_beside(form, refusal, "document"), str(refusal))
        else:
            words = str(_("Published as map {number}, in force from {day}."))
            day = date_format(version.valid_from, str(_("j M Y")))
            messages.success(request, words.format(number=version.number, day=day))
            return redirect("territory:area", community.id)
    return _check_page(request, community, drawn, token, form)


def _check_page(
    request: LinliRequest, community: Area, drawn: bytes, token: str, form: PublishForm
) -> HttpResponse:
    context: dict[str, object] = {**rail(request), "community": community, "form": form}
    context["draw_url"] = f"{reverse('territory:draw', args=[community.id])}?draft={token}"
    try:
        plan = queries.plan_grids(community, drawn, crs=Crs.CGCS2000, valid_from=first_day())
    except Refusal as refusal:
        context["refused"] = str(refusal)
        return page(request, "territory/publish.html", context, status=422)
    changed = {change.code for change in plan.changes if change.state != "kept"}
    context |= {
        "refused": "",
        "plan": plan,
        "counts": [(STATES[state], plan.count(state)) for state in STATES],
        "rows": [(int(c.code[-3:]), c, STATES[c.state]) for c in plan.changes],
        "sheet": sheet_of(
            (code, outline.name or code, outline.shape, code in changed)
            for code, outline in zip(plan.codes, plan.outlines, strict=True)
        ),
    }
    return page(
        request, "territory/publish.html", context, status=422 if form.is_bound else 200
    )
