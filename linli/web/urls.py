"""The pages of the house itself."""

from __future__ import annotations

from allauth.account.views import account_inactive
from django.urls import path

from linli.web import command, hand_over, views
from linli.web.look import set_look

urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("command/", command.command, name="command"),
    path("command/figures.json", command.figures, name="command_figures"),
    path("desk/administration/", views.administration, name="administration"),
    path(
        "desk/administration/posts/<uuid:post_id>/open/",
        hand_over.open_in_post,
        name="open_in_post",
    ),
    path(
        "desk/administration/posts/<uuid:post_id>/close/",
        hand_over.close_post,
        name="close_post",
    ),
    path("desk/posts/<uuid:post_id>/", hand_over.sheet, name="hand_over_sheet"),
    path("look/", set_look, name="set_look"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
]
