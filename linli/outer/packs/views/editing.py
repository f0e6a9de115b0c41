"""One way for every edit: fill in, look at the difference, say why, put in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect

from linli.ground.audit.services import digest_of
from linli.kernel import clock
from linli.kernel.errors import Refusal, _
from linli.kernel.pages import page
from linli.kernel.requests import LinliRequest
from linli.outer.packs import queries, services
from linli.outer.packs.forms import EditForm, FileForm, SaveForm
from linli.outer.packs.forms.editing import told
from linli.outer.packs.queries import Contents, Proposal
from linli.outer.packs.rules.editing import Edits, permission_for

if TYPE_CHECKING:
    from linli.kernel.errors import StrOrPromise

MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is edited: its form, its file, and the edits that follow from what was typed."""

    title: StrOrPromise
    back_url: str
    file: str
    form: EditForm | FileForm
    edits: Callable[[], Edits]
    key: str = ""
    may_take_out: bool = False
    lead: StrOrPromise = ""
    file_form: Form | None = None


@dataclass(slots=True)
class Draft:
    """An edit on its way: what was typed, what it would change, what is said about it."""

    request: LinliRequest
    sheet: Sheet
    save: SaveForm
    proposal: Proposal | None = None

    def look(self) -> None:
        """Let the gates look at it, and put each fault beside its field."""
        takes_out = self.sheet.may_take_out and "take_out" in self.request.POST
        if not takes_out and not self.sheet.form.is_valid():
            return
        edits = {self.sheet.file: None} if takes_out else self.sheet.edits()
        self.proposal = queries.propose(
            edits,
            today=clock.local(clock.now()).date(),
            adapt_examples="adapt_examples" in self.request.POST,
        )
        faults = self.proposal.report.faults
        if self.proposal.only_examples_differ:
            return
        told(self.sheet.form, faults, file=self.sheet.file, key=self.sheet.key)
        if not faults and not self.is_different:
            self.sheet.form.add_error(None, str(services.NothingChanged()))

    @property
    def is_different(self) -> bool:
        return self.proposal is not None and (
            dict(self.proposal.texts) != queries.texts_of(self.proposal.current)
        )

    @property
    def seal(self) -> str:
        """Tells one difference from another, so that what is confirmed is what was looked at."""
        return digest_of(self.proposal.overlay).hex() if self.proposal else ""

    @property
    def is_sound(self) -> bool:
        return bool(self.proposal and self.proposal.report.pack and self.is_different)

    def put_in_force(self) -> bool:
        """Whether it was confirmed and is in force now; a refusal stands in the form."""
        if "confirm" not in self.request.POST or not self.is_sound or self.proposal is None:
            return False
        self.save = SaveForm(self.request.POST)
        if not self.save.is_valid():
            return False
        said = self.save.cleaned_data
        if said["previewed"] != self.seal:
            self.save.add_error(None, _("The difference is another one now. Look at it again."))
            return False
        before = queries.texts_of(self.proposal.current)
        edits = {
            label: self.proposal.texts.get(label)
            for label in {*before, *self.proposal.texts}
            if before.get(label) != self.proposal.texts.get(label)
        }
        edit = services.Edit(
            said["request_id"], said["seen"], edits, said["reason"], said["ground"]
        )
        try:
            services.edit_pack(edit, by=self.request.actor, at=clock.now())
        except Refusal as refusal:
            self.save.add_error(None, str(refusal))
            return False
        return True

    def renewed_save(self) -> SaveForm:
        """The lower half of the form, bound to the difference now shown, with its errors."""
        posted = self.request.POST
        fresh = SaveForm.begun(self.proposal.current.id if self.proposal else None)
        kept = {
            key: posted[key] for key in ("reason", "ground", "request_id") if posted.get(key)
        }
        ticked = {"adapt_examples": "adapt_examples" in posted, "previewed": self.seal}
        if not self.save.is_bound:
            return SaveForm(initial={**fresh, **kept, **ticked})
        renewed = SaveForm({**fresh, **kept, **ticked})
        renewed.full_clean()
        for error in self.save.non_field_errors():
            renewed.add_error(None, error)
        return renewed


def edit(request: LinliRequest, sheet: Sheet, contents: Contents) -> HttpResponse:
    """The page of one edit, in whichever state it is; whoever may not change it only reads."""
    may_edit = request.actor.may(permission_for(sheet.file))
    draft = Draft(request, sheet, SaveForm(initial=SaveForm.begun(contents.edition.id)))
    if request.method == "POST":
        request.actor.require(permission_for(sheet.file))
        draft.look()
        if draft.put_in_force():
            messages.success(request, _("In force. New work begins with it."))
            return redirect("packs:editions")
    if not may_edit:
        for field in sheet.form.fields.values():
            field.disabled = True
    save = draft.renewed_save() if request.method == "POST" else draft.save
    context = {
        "sheet": sheet,
        "form": sheet.form,
        "save": save,
        "may_edit": may_edit,
        "is_sound": draft.is_sound,
        "proposal": draft.proposal,
        "examples": draft.proposal.report.faults
        if draft.proposal and draft.proposal.only_examples_differ
        else (),
        "adapts": request.POST.get("adapt_examples", ""),
        "lines": marked(draft.proposal.lines()) if draft.is_sound and draft.proposal else [],
        "takes_out": "take_out" in request.POST,
        "is_code": isinstance(sheet.form, FileForm),
    }
    wrong = request.method == "POST" and (sheet.form.errors or (save.is_bound and save.errors))
    return page(request, "packs/edit.html", context, status=422 if wrong else 200)


def marked(lines: list[str]) -> list[tuple[str, str]]:
    """Lines of a difference, each with its kind; the heads of files say which file it is."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    shown = [line for line in lines if not line.startswith("+++")][:MOST_LINES]
    return [
        ("file", line[4:]) if line.startswith("---") else (kinds.get(line[:1], "same"), line)
        for line in shown
    ]
