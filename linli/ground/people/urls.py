"""Where organisations are found."""

from __future__ import annotations

from django.urls import path

from linli.ground.people import views

app_name = "people"
urlpatterns = [
    path("desk/chain/", views.chain, name="chain"),
    path("desk/chain/<uuid:organisation_id>/", views.organisation, name="organisation"),
    path("desk/chain/hubs/<int:hub_id>/open/", views.open_hub, name="open_hub"),
]
