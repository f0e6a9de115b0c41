"""Every address of the house."""

from __future__ import annotations

from allauth.account import views as account_views
from django.urls import URLPattern, URLResolver, include, path

from linli.config.api import api
from linli.config.doctor.page import doctor
from linli.config.health import healthz, readyz

handler400 = "linli.web.views.bad_request"
handler403 = "linli.web.views.forbidden"
handler404 = "linli.web.views.not_found"
handler500 = "linli.web.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("desk/administration/check/", doctor, name="doctor"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/login/", account_views.login, name="account_login"),
    path("accounts/logout/", account_views.logout, name="account_logout"),
    path(
        "accounts/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"
    ),
    path("accounts/password/", account_views.password_change, name="account_change_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("api/", api.urls),
    path("", include("linli.domains.matters.urls")),
    path("", include("linli.engines.notices.urls")),
    path("", include("linli.ground.territory.urls")),
    path("", include("linli.ground.people.urls")),
    path("", include("linli.ground.accounts.urls")),
    path("", include("linli.outer.packs.urls")),
    path("", include("linli.ground.privacy.urls")),
    path("", include("linli.web.urls")),
]
