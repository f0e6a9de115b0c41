"""Where the practice pack is looked at and edited."""

from __future__ import annotations

from django.urls import path

from linli.outer.packs.views import calendars, history, items

app_name = "packs"
urlpatterns = [
    path("desk/administration/pack/", history.overview, name="overview"),
    path("desk/administration/pack/classes/", items.classes, name="classes"),
    path("desk/administration/pack/classes/<str:code>/", items.one_class, name="class"),
    path("desk/administration/pack/workflows/<slug:name>/", items.workflow, name="workflow"),
    path(
        "desk/administration/pack/workflows/<slug:name>/<slug:key>/", items.state, name="state"
    ),
    path("desk/administration/pack/forms/<slug:name>/", items.questions, name="questions"),
    path(
        "desk/administration/pack/forms/<slug:name>/<slug:key>/",
        items.question,
        name="question",
    ),
    path("desk/administration/pack/roles/", items.roles, name="roles"),
    path("desk/administration/pack/roles/<slug:key>/", items.role, name="role"),
    path("desk/administration/pack/files/", items.files, name="files"),
    path("desk/administration/pack/files/<path:label>", items.file, name="file"),
    path("desk/administration/pack/editions/", history.editions, name="editions"),
    path("desk/administration/pack/editions/<int:number>/", history.edition, name="edition"),
    path("desk/administration/calendar/", calendars.calendar, name="calendar"),
    path("desk/administration/calendar/year/", calendars.year, name="year"),
    path(
        "desk/administration/calendar/recounts/<uuid:recount_id>/",
        calendars.recount,
        name="recount",
    ),
    path(
        "desk/administration/pack/editions/<int:number>/export/", history.export, name="export"
    ),
]
