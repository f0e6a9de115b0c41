"""Where it is read how long things are kept."""

from __future__ import annotations

from django.urls import path

from linli.ground.privacy import views

app_name = "privacy"
urlpatterns = [
    path("desk/privacy/terms/", views.terms, name="terms"),
]
