"""The pages of the house itself."""

from __future__ import annotations

from allauth.account.views import account_inactive
from django.urls import path

from linli.web import (
    command,
    first_steps,
    hand_over,
    looking,
    organisations,
    reviews,
    running,
    trail,
    views,
)
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
    path("desk/administration/jobs/", running.jobs, name="jobs"),
    path("desk/administration/jobs/<int:job_id>/retry/", running.retry_job, name="retry_job"),
    path("desk/administration/first-steps/", first_steps.first_steps, name="first_steps"),
    path("desk/administration/posts/<uuid:post_id>/look/", looking.look_as, name="look_as"),
    path("desk/administration/looking/stop/", looking.stop_looking, name="stop_looking"),
    path("desk/chain/new/", organisations.new_organisation, name="new_organisation"),
    path(
        "desk/chain/<uuid:organisation_id>/change/",
        organisations.change_organisation,
        name="change_organisation",
    ),
    path(
        "desk/chain/<uuid:organisation_id>/close/",
        organisations.close_organisation,
        name="close_organisation",
    ),
    path("desk/chain/<uuid:organisation_id>/hubs/new/", organisations.new_hub, name="new_hub"),
    path("desk/chain/hubs/<int:hub_id>/end/", organisations.end_hub, name="end_hub"),
    path("desk/trail/", trail.trail, name="trail"),
    path("desk/trail/export.xlsx", trail.trail_export, name="trail_export"),
    path("desk/trail/odd-reads/", trail.odd_reads, name="odd_reads"),
    path("desk/privacy/reviews/", reviews.reviews, name="reviews"),
    path("desk/privacy/reviews/<uuid:glass_id>/", reviews.review, name="review"),
    path("look/", set_look, name="set_look"),
    path("accounts/inactive/", account_inactive, name="account_inactive"),
]
