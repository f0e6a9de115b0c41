"""Where areas and maps are found."""

from __future__ import annotations

from django.urls import path

from linli.ground.territory import views

app_name = "territory"
urlpatterns = [
    path("map/<int:number>/", views.published_map, name="map"),
]
