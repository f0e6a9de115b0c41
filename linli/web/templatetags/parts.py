"""The parts pages are made of, as template tags: `{% load parts %}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from linli.kernel.clock import local
from linli.kernel.errors import _
from linli.web.parts import (
    MARKS,
    Chip,
    Figure,
    Photo,
    Step,
    StoryEntry,
    date_words,
    day_words,
    due_words,
)

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

register = template.Library()
Values = dict[str, object]


def _cookies(context: Context) -> Mapping[str, str]:
    request = context.get("request")
    return request.COOKIES if request else {}


# --- small things ---------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: StrOrPromise = "") -> SafeString:
    """One mark of the sprite: silent beside a word, named when it stands alone."""
    said = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    address = f"{static('dist/icons.svg')}#{name}"
    return format_html(
        '<svg class="icon" {}><use href="{}"></use></svg>', SafeString(said), address
    )


@register.simple_tag(takes_context=True)
def html_state(context: Context) -> SafeString:
    """The reader's own look on the root element: light or dark, ordinary or elder."""
    cookies = _cookies(context)
    theme = "dark" if cookies.get("theme") == "dark" else "light"
    elder = SafeString(' class="elder"') if cookies.get("elder") == "1" else ""
    return format_html('data-bs-theme="{}"{}', theme, elder)


@register.simple_tag(takes_context=True)
def query_value(context: Context, name: str) -> str:
    """What the address already asks for, so that a search field keeps it."""
    request = context.get("request")
    return str(request.GET.get(name, "")) if request else ""


@register.simple_tag
def island(name: str) -> SafeString:
    """The script of one island; it starts by itself wherever its attribute stands."""
    return format_html('<script src="{}" defer></script>', static(f"dist/{name}.js"))


@register.filter
def day(on: date) -> str:
    """A day of the calendar in the reader's language."""
    return date_words(on)


@register.simple_tag
def moment(at: datetime, time: bool = True) -> SafeString:
    """A moment by the wall clock, whole, for stories and for paper."""
    words = f"{day_words(at)} {local(at):%H:%M}" if time else day_words(at)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), words)


@register.simple_tag
def status(phase: str, word: StrOrPromise = "") -> SafeString:
    """Where a record stands: word, icon and colour together; a pack may bring its own word."""
    mark = MARKS[phase]
    return format_html(
        '<span class="ll-status ll-status-{}">{}{}</span>',
        mark.tone,
        icon(mark.icon),
        word or mark.word,
    )


# --- the frame ------------------------------------------------------------------------------


@register.simple_block_tag
def page_header(
    content: str, title: StrOrPromise, lead: StrOrPromise = "", back_url: str = ""
) -> str:
    """The head of a page: one heading, one sentence, and its actions as the content."""
    head = {"title": title, "lead": lead, "back_url": back_url}
    actions = SafeString(content.strip())
    return render_to_string("_parts/page_header.html", head | {"actions": actions})


@register.inclusion_tag("_parts/rail_link.html", takes_context=True)
def rail_link(
    context: Context,
    url: str,
    icon: str,
    label: StrOrPromise,
    count: int | None = None,
    current: bool = False,
    urgent: bool = False,
) -> Values:
    """A queue or a page in the rail, with how much lies in it; the page itself is marked."""
    is_urgent = urgent and bool(count)
    request = context.get("request")
    current = current or (request is not None and request.path == url)
    return {
        "url": url,
        "icon_name": icon,
        "label": label,
        "count": count,
        "current": current,
        "urgent": is_urgent,
    }


@register.inclusion_tag("_parts/bottom_link.html")
def bottom_link(url: str, icon: str, label: StrOrPromise, current: bool = False) -> Values:
    """A place in the phone's bottom bar."""
    return {"url": url, "icon_name": icon, "label": label, "current": current}


@register.inclusion_tag("_parts/tile.html")
def tile(
    url: str, icon: str, title: StrOrPromise, sentence: StrOrPromise = "", main: bool = False
) -> Values:
    """A large way in on the resident's first page; one of them is the main one."""
    return {"url": url, "icon_name": icon, "title": title, "sentence": sentence, "main": main}


@register.inclusion_tag("_parts/empty_state.html")
def empty_state(
    title: StrOrPromise,
    sentence: StrOrPromise = "",
    action_url: str = "",
    action_label: StrOrPromise = "",
    icon: str = "inbox",
) -> Values:
    """An empty list says why it is empty and what to do next."""
    return {
        "title": title,
        "sentence": sentence,
        "action_url": action_url,
        "action_label": action_label,
        "icon_name": icon,
    }


@register.inclusion_tag("_parts/toast.html")
def toast(text: StrOrPromise, level: str = "info") -> Values:
    """One message; inside `#toasts` (also out of band) it floats, elsewhere it stands."""
    return {"text": text, "level": level, "icon_name": NOTE_ICONS.get(level, "info-circle")}


NOTE_ICONS = {"success": "circle-check", "warning": "alert-triangle", "error": "alert-circle"}


# --- forms ----------------------------------------------------------------------------------


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "hidden" if widget.is_hidden else "plain"


def _control(bound: BoundField) -> SafeString:
    """The widget with the house's look, keeping the classes it was given."""
    widget = bound.field.widget
    own = {"plain": "form-control", "tick": ""}[_kind(bound)]
    if isinstance(widget, forms.Select):
        own = "form-select"
    wrong = "is-invalid" if bound.errors else ""
    classes = " ".join(filter(None, [widget.attrs.get("class", ""), own, wrong]))
    return bound.as_widget(attrs={"class": classes} if classes else {})


@register.inclusion_tag("_parts/field.html")
def field(bound: BoundField) -> Values:
    """A field with label and help, its error beside it and what was typed kept."""
    kind = _kind(bound)
    is_whole = kind in {"plain", "tick"}
    return {
        "field": bound,
        "kind": kind,
        "control": _control(bound) if is_whole else "",
        "options": [] if is_whole or kind == "hidden" else list(bound.subwidgets),
        "required": bound.field.required,
        "described_by": bound.aria_describedby or "",
        "errors": list(bound.errors),
        "help_text": bound.help_text,
    }


@register.inclusion_tag("_parts/fields.html")
def fields(form: forms.BaseForm) -> Values:
    """Every field of a form in its own order, hidden ones included."""
    return {"form": form}


_UNSENT = _("Not sent yet. Please look at this:")


@register.inclusion_tag("_parts/form_errors.html")
def form_errors(form: forms.BaseForm, heading: StrOrPromise = _UNSENT) -> Values:
    """What is wrong with a form, at its top, each point leading to its field."""
    wrong = [
        {"id": bound.id_for_label or bound.auto_id, "label": bound.label, "error": error}
        for bound in form
        if form.is_bound
        for error in bound.errors
    ]
    general = list(form.non_field_errors()) if form.is_bound else []
    return {"wrong": wrong, "general": general, "heading": heading}


@register.inclusion_tag("_parts/form_actions.html")
def form_actions(
    label: StrOrPromise,
    cancel_url: str = "",
    icon: str = "",
    name: str = "",
    value: str = "",
    danger: bool = False,
) -> Values:
    """The one thing a form does, and the way back."""
    return {
        "label": label,
        "cancel_url": cancel_url,
        "icon_name": icon,
        "name": name,
        "value": value,
        "danger": danger,
    }


@register.inclusion_tag("_parts/photo_picker.html")
def photo_picker(bound: BoundField, most: int = 9) -> Values:
    """A file field for several photos, made smaller on the phone before they are sent."""
    return {"field": bound, "control": _control(bound), "most": most, "errors": bound.errors}


@register.inclusion_tag("_parts/place_picker.html")
def place_picker(
    lng: BoundField, lat: BoundField, crs: BoundField, outlines_url: str, open_now: bool = False
) -> Values:
    """A point by tap, by the device or by the middle of the map; words do without it."""
    errors = [*lng.errors, *lat.errors, *crs.errors]
    return {
        "lng": lng,
        "lat": lat,
        "crs": crs,
        "outlines_url": outlines_url,
        "open_now": open_now or bool(errors) or bool(lng.value()),
        "errors": errors,
    }


@register.inclusion_tag("_parts/outline_editor.html")
def outline_editor(bound: BoundField, outlines_url: str) -> Values:
    """An outline drawn on the map into a text of GeoJSON."""
    return {"field": bound, "outlines_url": outlines_url}


@register.inclusion_tag("_parts/draft_note.html")
def draft_note() -> Values:
    """Where a form with `data-draft` says that it keeps what was typed."""
    return {}


@register.inclusion_tag("_parts/confirm.html", takes_context=True)
def confirm(
    context: Context,
    label: StrOrPromise,
    sentence: StrOrPromise,
    url: str,
    confirm_label: StrOrPromise = "",
    name: str = "",
    value: str = "",
) -> Values:
    """An act that cannot be undone asks once, on the spot, and says what will happen."""
    return {
        "csrf_token": context.get("csrf_token", ""),
        "label": label,
        "sentence": sentence,
        "url": url,
        "confirm_label": confirm_label or label,
        "name": name,
        "value": value,
    }


# --- records and lists ----------------------------------------------------------------------


@register.inclusion_tag("_parts/due.html")
def due(
    due_at: datetime | None, now: datetime, why_url: str = "", paused: StrOrPromise = ""
) -> Values:
    """What is left and until when; red once late; why, one step away."""
    words = due_words(due_at, now=now) if due_at else None
    return {"due_at": due_at, "due": words, "why_url": why_url, "paused": paused}


@register.inclusion_tag("_parts/timeline.html")
def timeline(entries: Iterable[StoryEntry]) -> Values:
    """A record's story: who did what, when, on which ground."""
    return {"entries": list(entries)}


@register.inclusion_tag("_parts/step_line.html")
def step_line(steps: Iterable[Step]) -> Values:
    """The resident's plain line of steps with one sentence each."""
    icons = {"done": "check", "now": "chevrons-right", "next": "dots"}
    return {"steps": [(step, icons[step.state]) for step in steps]}


@register.inclusion_tag("_parts/figures.html")
def figures(figures: Sequence[Figure]) -> Values:
    """A strip of numbers, each opening its records."""
    return {"figures": figures}


@register.inclusion_tag("_parts/pagination.html")
def pagination(
    previous_url: str = "",
    next_url: str = "",
    count: int | None = None,
    shown: int | None = None,
) -> Values:
    """Forth and back through a list by its keys, with how many there are where it is known."""
    return {
        "previous_url": previous_url,
        "next_url": next_url,
        "count": count,
        "shown": shown,
        "is_part": None not in (shown, count) and shown != count,
    }


@register.inclusion_tag("_parts/filters.html")
def filters(form: forms.BaseForm, chips: Sequence[Chip] = (), reset_url: str = "") -> Values:
    """Filters held in the address, those in force shown as chips that can be taken off."""
    return {"form": form, "chips": chips, "reset_url": reset_url}


@register.inclusion_tag("_parts/photo_grid.html")
def photo_grid(photos: Sequence[Photo]) -> Values:
    """Photos in a grid, each opening its full size."""
    return {"photos": photos}


@register.inclusion_tag("_parts/masked.html", takes_context=True)
def masked(context: Context, text: str, reveal_url: str = "") -> Values:
    """A masked name or number; who may, unmasks it, and is told that this is recorded."""
    token = context.get("csrf_token", "")
    return {"text": text, "reveal_url": reveal_url, "csrf_token": token}


@register.inclusion_tag("_parts/copy_text.html")
def copy_text(text: str, name: str, label: StrOrPromise = "") -> Values:
    """A text to be pasted into a messaging group; `name` tells it from others on the page."""
    return {"text": text, "copy_id": f"copy-{name}", "label": label}


@register.simple_tag
def facts(*pairs: object) -> SafeString:
    """Facts as word and value, by turns; a fact without a value is left out."""
    named = [pair for pair in zip(pairs[::2], pairs[1::2], strict=True) if pair[1]]
    rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", named)
    return format_html('<dl class="ll-facts">{}</dl>', rows)
