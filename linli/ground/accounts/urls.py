"""Where posts are looked at."""

from __future__ import annotations

from django.urls import path

from linli.ground.accounts import views

app_name = "accounts"
urlpatterns = [
    path("desk/areas/<uuid:area_id>/posts/", views.area_posts, name="area_posts"),
    path("desk/areas/<uuid:area_id>/roster/", views.roster, name="roster"),
    path(
        "desk/chain/<uuid:organisation_id>/posts/",
        views.organisation_posts,
        name="organisation_posts",
    ),
]
