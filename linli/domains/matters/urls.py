"""Where matters are found."""

from __future__ import annotations

from django.urls import path

from linli.domains.matters.views import desk, intake, opening, own, record, resident
from linli.kernel.refs import shown_at

app_name = "matters"
shown_at("matter", "matters:matter")
urlpatterns = [
    path("report/", resident.report, name="report"),
    path("report/questions/", resident.questions, name="questions"),
    path("report/suggest/", resident.suggest, name="suggest"),
    path("report/sent/<str:token>/", resident.sent, name="sent"),
    path("track/", resident.track, name="track"),
    path("track/<str:token>/", resident.progress, name="progress"),
    path("track/<str:token>/mine/", own.mine, name="mine"),
    path("track/<str:token>/mine/copy.json", own.copy_json, name="copy_json"),
    path("track/<str:token>/mine/copy.txt", own.copy_text, name="copy_text"),
    path("desk/matters/<uuid:matter_id>/person/", own.answer_person, name="answer_person"),
    path("rate/<str:token>/", resident.rate, name="rate"),
    path("public/", resident.published, name="published"),
    path("public/<str:number>/", resident.published_one, name="published_one"),
    path("who-does-what/", resident.who_does_what, name="who_does_what"),
    path("desk/", desk.desk, name="desk"),
    path("desk/export.xlsx", desk.export, name="export"),
    path("desk/new/", intake.take_in, name="take_in"),
    path("desk/matters/<uuid:matter_id>/", record.matter, name="matter"),
    path("desk/matters/<uuid:matter_id>/steps/<slug:key>/", record.step, name="step"),
    path("desk/matters/<uuid:matter_id>/contact/", opening.contact, name="contact"),
    path("desk/matters/<uuid:matter_id>/glass/", opening.glass, name="glass"),
    path("desk/matters/<uuid:matter_id>/archive/", record.archive, name="archive"),
    path("desk/matters/<uuid:matter_id>/photos/<uuid:photo_id>/", record.photo, name="photo"),
]
