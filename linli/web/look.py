"""How a reader wants pages to look, kept in a cookie on their own device and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from linli.kernel.requests import LinliRequest, public, writes

YEAR = 365 * 24 * 60 * 60
CHOICES = {"theme": ("light", "dark"), "elder": ("0", "1")}


@public("a reader's look is kept on the reader's own device")
@writes
def set_look(request: LinliRequest) -> HttpResponse:
    """Remember light or dark, or the elder mode, and go back to the page it was chosen on."""
    response = HttpResponseRedirect(_came_from(request))
    for name, choices in CHOICES.items():
        if (chosen := request.POST.get(name)) in choices:
            response.set_cookie(
                name, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure()
            )
    return response


def _came_from(request: HttpRequest) -> str:
    """The page before, if it is one of ours: a form must not send people elsewhere."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return "/"
    return urlsplit(before)._replace(scheme="", netloc="").geturl() or "/"
