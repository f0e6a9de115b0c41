"""The pages of the house itself."""

from __future__ import annotations

from django.urls import path

from linli.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
]
