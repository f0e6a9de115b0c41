"""The pages of the house itself."""

from __future__ import annotations

from allauth.account.views import account_inactive
from django.urls import path

from linli.web import views
from linli.web.look import set_look

urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("desk/administration/", views.administration, name="administration"),
    path("look/", set_look, name="set_look"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
]
