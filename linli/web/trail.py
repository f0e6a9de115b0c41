"""The trail as the audit administrator reads it: who did what, and which reads are unusual.

It stands here because it shows three apps together: the entries of the trail, the names of posts
and the numbers of matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse

from linli.domains.matters.queries import id_numbered, numbers_of
from linli.ground.accounts.queries import names_of_posts, posts_called, posts_inside
from linli.ground.audit import queries
from linli.ground.audit.models import Entry
from linli.ground.audit.queries import Asked
from linli.ground.audit.rules.reads import OddRead, week_of
from linli.ground.audit.services import export_trail
from linli.ground.territory.queries import home_area
from linli.kernel import clock
from linli.kernel.actor import Actor
from linli.kernel.errors import NotFound, _
from linli.kernel.pages import Chip, page
from linli.kernel.requests import LinliRequest, needs, reads
from linli.kernel.sheets import MEDIA_TYPE
from linli.web.verbs import VERBS, actor_words, kind_words, words_of

PERMISSION = "audit.view"
ROWS = 50
MOST_EXPORTED = 10_000
ODDITIES = {
    "outside_task": (_("Not one of the post's own tasks"), "user-question"),
    "at_night": (_("At night"), "moon"),
    "many": (_("More than 20 records within an hour"), "files"),
    "refused": (_("More than 10 refused looks within an hour"), "lock"),
}


class TrailForm(forms.Form):
    """Record, post, act and days; what cannot be understood filters nothing and says so."""

    record = forms.CharField(
        label=_("Record"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={"placeholder": _("Number of a matter, or an id"), "autocomplete": "off"}
        ),
    )
    post = forms.CharField(label=_("Post"), required=False, max_length=60)
    verb = forms.ChoiceField(
        label=_("Act"),
        required=False,
        error_messages={"invalid_choice": _("There is no such act.")},
    )
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        field = self.fields["verb"]
        assert isinstance(field, forms.ChoiceField)
        known = {*queries.verbs(), *VERBS}
        said = sorted((words_of(verb), verb) for verb in known)
        field.choices = [("", _("Every act")), *((verb, words) for words, verb in said)]

    def clean_record(self) -> UUID | None:
        text = self.cleaned_data["record"].strip()
        if not text:
            return None
        try:
            return UUID(text)
        except ValueError:
            found = id_numbered(text)
        if found is None:
            raise forms.ValidationError(_("There is no such record."))
        return found

    def clean_post(self) -> frozenset[UUID] | None:
        text = self.cleaned_data["post"].strip()
        found = frozenset(posts_called(text)) if text else None
        if text and not found:
            raise forms.ValidationError(_("No post is called that."))
        return found

    def asked(self) -> Asked:
        """What is looked for, with the days by the wall clock."""
        self.full_clean()
        clean = self.cleaned_data
        since, until = clean.get("since"), clean.get("until")
        zone = clock.local(clock.now()).tzinfo
        return Asked(
            posts=clean.get("post"),
            record_id=clean.get("record"),
            verb=clean.get("verb", ""),
            since=datetime.combine(since, time.min, zone) if since else None,
            until=datetime.combine(until, time.min, zone) + timedelta(days=1)
            if until
            else None,
        )

    def chips(self, query: QueryDict) -> list[Chip]:
        """What is in force, each with the address of the list without it."""
        found = []
        for name, field in self.fields.items():
            if not (value := query.get(name, "").strip()) or name in self.errors:
                continue
            rest = {k: v for k, v in query.items() if k not in {name, "before"}}
            said = words_of(value) if name == "verb" else value
            found.append(Chip(f"{field.label}: {said}", f"?{urlencode(rest)}"))
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the reader's words."""

    entry: Entry
    who: str
    what: str
    kind: str
    record: str
    record_url: str


@needs(PERMISSION)
@reads
def trail(request: LinliRequest) -> HttpResponse:
    """The newest entries that fit, fifty at a time."""
    form = TrailForm(request.GET)
    entries = queries.trail(form.asked(), within=_within(request.actor))
    rows = list(_after(entries, request.GET.get("before", ""))[: ROWS + 1])
    context = {
        "form": form,
        "chips": form.chips(request.GET),
        "lines": _lines(rows[:ROWS]),
        "next_url": _with(request, before=str(rows[ROWS - 1].id)) if len(rows) > ROWS else "",
        "first_url": _with(request, before="") if request.GET.get("before") else "",
        "export_url": f"{reverse('trail_export')}{_with(request, before='')}",
        "most_exported": MOST_EXPORTED,
    }
    return page(request, "trail.html", context, island="list")


@needs(PERMISSION)
@reads
def trail_export(request: LinliRequest) -> HttpResponse:
    """At most ten thousand rows of the list as it is filtered, as a sheet."""
    actor, now = request.actor, clock.now()
    entries = queries.trail(TrailForm(request.GET).asked(), within=_within(actor))
    lines = _lines(list(entries[:MOST_EXPORTED]))
    sheet = export_trail([_cells(line) for line in lines], by=actor, at=now)
    response = HttpResponse(sheet, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="trail-{now:%Y%m%d-%H%M}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response


@needs(PERMISSION)
@reads
def odd_reads(request: LinliRequest) -> HttpResponse:
    """The unusual reads of one week, found anew from the trail."""
    begins = _week_asked(request)
    week = queries.odd_week(begins, within=_within(request.actor))
    latest = week_of(clock.local(clock.now()))
    context = {
        "week": week,
        "begins": begins.date(),
        "ends": (begins + timedelta(days=6)).date(),
        "lines": _odd_lines(week.odd),
        "earlier_url": f"?week={begins - timedelta(days=7):%G-W%V}",
        "later_url": f"?week={begins + timedelta(days=7):%G-W%V}" if begins < latest else "",
        "rules": [words for words, _icon in ODDITIES.values()],
    }
    return page(request, "odd_reads.html", context)


def _within(actor: Actor) -> QuerySet[Any, UUID] | None:
    """The posts whose acts this reader may see; None when the whole installation is theirs."""
    paths = {grant.area_path for grant in actor.grants_for(PERMISSION)}
    try:
        home = home_area().path
    except NotFound:
        home = ""
    return None if any(home.startswith(path) for path in paths) else posts_inside(paths)


def _after(entries: QuerySet[Entry], last: str) -> QuerySet[Entry]:
    """The page behind the entry of this id; an id that is none begins at the top."""
    try:
        found = entries.filter(id=UUID(last)).first() if last else None
    except ValueError:
        found = None
    return queries.before(entries, found.heard_at, found.id) if found else entries


def _lines(entries: Sequence[Entry]) -> list[Line]:
    """Two queries however many: the names of posts, the numbers of matters."""
    names = names_of_posts({entry.post_id for entry in entries if entry.post_id})
    numbers = numbers_of({e.ref_id for e in entries if e.ref_kind == "matter"})
    return [
        Line(
            entry=entry,
            who=_who(entry, names),
            what=words_of(entry.verb),
            kind=kind_words(entry.ref_kind),
            record=numbers.get(entry.ref_id) or str(entry.ref_id)[-12:],
            record_url=f"{reverse('trail')}?{urlencode({'record': str(entry.ref_id)})}",
        )
        for entry in entries
    ]


def _who(entry: Entry, names: dict[UUID, str]) -> str:
    return (names.get(entry.post_id, "") if entry.post_id else "") or actor_words(
        entry.actor_kind
    )


def _cells(line: Line) -> list[str]:
    entry = line.entry
    return [
        f"{clock.local(entry.heard_at):%Y-%m-%d %H:%M:%S}",
        f"{clock.local(entry.at):%Y-%m-%d %H:%M:%S}",
        line.who,
        line.what,
        entry.verb,
        line.kind,
        f"{line.record} {entry.ref_id}",
        " ".join(entry.fields),
        entry.ground,
    ]


@dataclass(frozen=True, slots=True)
class OddLine:
    """One unusual read in the reader's words."""

    line: Line
    marks: list[tuple[str, str]]


def _odd_lines(odd: Iterable[OddRead]) -> list[OddLine]:
    found = {one.read.entry_id: one for one in odd}
    entries = Entry.objects.filter(id__in=found).order_by("post_id", "heard_at", "id")
    return [
        OddLine(
            line,
            [
                (str(ODDITIES[one][0]), ODDITIES[one][1])
                for one in found[line.entry.id].oddities
            ],
        )
        for line in _lines(list(entries[:500]))
    ]


def _week_asked(request: LinliRequest) -> datetime:
    """The Monday of the week in the address, else of last week."""
    now = clock.local(clock.now())
    try:
        asked = datetime.strptime(f"{request.GET.get('week', '')}-1", "%G-W%V-%u")  # noqa: DTZ007
        begins = asked.replace(tzinfo=now.tzinfo)
    except ValueError:
        return week_of(now - timedelta(days=7))
    return min(begins, week_of(now))


def _with(request: LinliRequest, **changes: str) -> str:
    kept = {key: value for key, value in request.GET.items() if key not in changes}
    return f"?{urlencode({**kept, **{k: v for k, v in changes.items() if v}})}"
