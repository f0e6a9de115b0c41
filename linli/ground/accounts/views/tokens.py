"""Keys with which other systems call the API: who has which, for what, until when."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.ground.accounts import queries, services
from linli.ground.accounts.forms import TokenForm
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes, writes

ROWS = 50


@needs("accounts.manage")
@reads
def tokens(request: LinliRequest) -> HttpResponse:
    """The keys in force, the one that ends first at the top; on demand also those that ended."""
    now, only = clock.now(), "all" if request.GET.get("only") == "all" else ""
    found = queries.tokens_managed(seen_by=request.actor, at=now, only=only)
    rows = queries.page_of_tokens(found, cursor=request.GET.get("cursor", ""), limit=ROWS)
    kept = {"only": only} if only else {}
    context = {
        "rows": rows.items,
        "everything": bool(only),
        "first_url": f"?{urlencode(kept)}" if request.GET.get("cursor") else "",
        "next_url": f"?{urlencode(kept | {'cursor': rows.next})}" if rows.next else "",
    }
    return page(request, "accounts/token_list.html", context)


@needs("accounts.manage")
@reads_and_writes
def new_token(request: LinliRequest, account_id: UUID) -> HttpResponse:
    """A key that may do some of what its account may; the secret is shown once."""
    now = clock.now()
    account = queries.get_account(account_id, seen_by=request.actor, at=now)
    own = queries.permissions_of(account, at=now)
    form = TokenForm(request.POST or None, offered=own)
    context: dict[str, object] = {"account": account, "form": form, "has_rights": bool(own)}
    if form.is_valid():
        try:
            context["secret"] = services.issue_token(
                account,
                name=form.cleaned_data["name"],
                permissions=tuple(form.cleaned_data["permissions"]),
                days=form.cleaned_data["days"],
                by=request.actor,
                at=now,
            )
        except Refusal as refusal:
            form.add_error(refusal.field or "name", str(refusal))
    status = 422 if form.is_bound and form.errors else 200
    response = page(request, "accounts/token_new.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@needs("accounts.manage")
@writes
def revoke(request: LinliRequest, token_id: UUID) -> HttpResponse:
    """Taken back at once."""
    now = clock.now()
    token = queries.get_token(token_id, seen_by=request.actor, at=now)
    services.revoke_token(token, by=request.actor, at=now)
    messages.success(request, _("Taken back. Whoever uses it is refused from now on."))
    return redirect("accounts:tokens")
