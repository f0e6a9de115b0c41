"""The items of the pack: classes, states, questions, roles, and whole files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.kernel.errors import NotFound, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest, needs, reads, reads_and_writes
from linli.outer.packs import queries
from linli.outer.packs.forms import (
    ClassForm,
    FileForm,
    NewFileForm,
    QuestionForm,
    RoleForm,
    StateForm,
)
from linli.outer.packs.forms.editing import EditForm
from linli.outer.packs.queries import Contents, Item
from linli.outer.packs.rules.texts import misplaced
from linli.outer.packs.views.editing import Sheet, edit
from linli.outer.packs.views.words import LEVELS, limit_words, title_of


@needs("packs.view")
@reads
def classes(request: LinliRequest) -> HttpResponse:
    """Every class with its limit and who leads, or those whose title or code holds a word."""
    contents, wanted = now(), request.GET.get("q", "").strip()[:60]
    found = contents.data("matters").get("classes", [])
    rows = [
        {
            "code": each["code"],
            "major": title_of(each["major"]),
            "title": title_of(each["title"]),
            "limit": limit_words(each["limit"]),
            "url": reverse("packs:class", args=[each["code"]]),
        }
        for each in (found if isinstance(found, list) else [])
        if not wanted or wanted in str((each["code"], each["title"], each["major"]))
    ]
    return page(request, "packs/classes.html", {"rows": rows, "wanted": wanted}, island="rows")


@needs("packs.view")
@reads_and_writes
def one_class(request: LinliRequest, code: str) -> HttpResponse:
    """A class of matters."""
    contents = now()
    item = contents.class_item(code)
    leads = contents.data("pack").get("leads", {})
    form = ClassForm(
        request.POST or None,
        says=item.says,
        leads={k: title_of(v) for k, v in sorted(dict_of(leads).items())},
        forms_known={k: title_of(v["title"]) for k, v in contents.named("forms").items()},
    )
    title = f"{code} {title_of(item.says['title'])}"
    return edit(request, _sheet(title, reverse("packs:classes"), item, form), contents)


@needs("packs.view")
@reads
def workflow(request: LinliRequest, name: str) -> HttpResponse:
    """The states of a workflow, in the order it was written."""
    data = now().data(f"workflows/{name}")
    rows = [
        {
            "title": title_of(state["title"]),
            "phase": state["phase"],
            "limit": limit_words(state.get("limit", "")),
            "moves": [title_of(move["title"]) for move in state.get("moves", [])],
            "url": reverse("packs:state", args=[name, key]),
        }
        for key, state in dict_of(data["states"]).items()
    ]
    context = {"title": title_of(data["title"]), "basis": data["basis"], "rows": rows}
    return page(request, "packs/workflow.html", context)


@needs("packs.view")
@reads_and_writes
def state(request: LinliRequest, name: str, key: str) -> HttpResponse:
    """The words and limits of a state."""
    contents = now()
    item = contents.state_item(name, key)
    form = StateForm(request.POST or None, says=item.says)
    back = reverse("packs:workflow", args=[name])
    return edit(request, _sheet(title_of(item.says["title"]), back, item, form), contents)


@needs("packs.view")
@reads
def questions(request: LinliRequest, name: str) -> HttpResponse:
    """The questions of a form, in the order they are asked."""
    data = now().data(f"forms/{name}")
    found = data["fields"]
    rows = [
        {
            "title": title_of(each["title"]),
            "type": QuestionForm.TYPES.get(each["type"], each["type"]),
            "required": each.get("required", False),
            "personal": each.get("personal", False),
            "url": reverse("packs:question", args=[name, each["key"]]),
        }
        for each in (found if isinstance(found, list) else [])
    ]
    context = {"title": title_of(data["title"]), "rows": rows}
    return page(request, "packs/questions.html", context)


@needs("packs.view")
@reads_and_writes
def question(request: LinliRequest, name: str, key: str) -> HttpResponse:
    """One question of a form."""
    contents = now()
    item = contents.question_item(name, key)
    form = QuestionForm(request.POST or None, says=item.says)
    back = reverse("packs:questions", args=[name])
    return edit(request, _sheet(title_of(item.says["title"]), back, item, form), contents)


@needs("packs.view")
@reads
def roles(request: LinliRequest) -> HttpResponse:
    """Every role with its level and how much it may do."""
    rows = [
        {
            "title": title_of(role["title"]),
            "level": LEVELS[role["level"]],
            "count": sum(len(role.get(scope, [])) for scope in ("area", "assigned", "own")),
            "second_factor": role.get("second_factor", False),
            "url": reverse("packs:role", args=[key]),
        }
        for key, role in dict_of(now().data("posts")["roles"]).items()
    ]
    return page(request, "packs/roles.html", {"rows": rows})


@needs("packs.view")
@reads_and_writes
def role(request: LinliRequest, key: str) -> HttpResponse:
    """What a role may do, and how far."""
    contents = now()
    item = contents.role_item(key)
    form = RoleForm(request.POST or None, says=item.says)
    sheet = _sheet(title_of(item.says["title"]), reverse("packs:roles"), item, form)
    return edit(request, sheet, contents)


@needs("packs.view")
@reads_and_writes
def files(request: LinliRequest) -> HttpResponse:
    """Every file, and which of them were edited here; a new one is begun by its name."""
    contents = now()
    form = NewFileForm(request.POST or None)
    if request.method == "POST":
        request.actor.require("packs.manage")
        if form.is_valid():
            return redirect("packs:file", f"{contents.edition.name}/{form.inside}")
    edited = contents.edition.overlay
    rows = [
        {
            "label": label,
            "edited": label in edited,
            "gone": label not in contents.texts,
            "url": reverse("packs:file", args=[label]),
        }
        for label in sorted({*contents.texts, *edited})
    ]
    context = {"rows": rows, "form": form, "may_edit": request.actor.may("packs.manage")}
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "packs/files.html", context, status=status)


@needs("packs.view")
@reads_and_writes
def file(request: LinliRequest, label: str) -> HttpResponse:
    """A file as text: every key can be edited here, and new files are written here."""
    contents = now()
    text = contents.texts.get(label, contents.edition.release.files.get(label, ""))
    layer, _slash, inside = label.partition("/")
    known = {one.partition("/")[0] for one in contents.edition.release.files}
    if not text and (layer not in known or misplaced(inside, label)):
        raise NotFound
    if request.GET.get("as") == "file":
        return _download(inside.rpartition("/")[2], text)
    form = FileForm(request.POST or None, initial={"text": text})
    sheet = Sheet(
        title=label,
        back_url=reverse("packs:files"),
        file=label,
        form=form,
        edits=lambda: {label: form.cleaned_data["text"]},
        may_take_out=label in contents.texts,
    )
    return edit(request, sheet, contents)


def _download(name: str, text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sheet(title: str, back_url: str, item: Item, form: EditForm) -> Sheet:
    return Sheet(
        title=title,
        back_url=back_url,
        file=item.file,
        form=form,
        edits=lambda: item.changed(form),
        key=item.key,
        lead=_("It stands in {file}.").format(file=item.file),
    )


def now() -> Contents:
    """What is in force now."""
    return queries.contents_of(queries.in_force())


def dict_of(value: object) -> dict[str, dict[str, Any]]:
    """A table of tables; what has passed the gates is one."""
    assert isinstance(value, dict)
    return value
