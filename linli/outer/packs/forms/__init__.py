"""What a person may send about the pack: one item of it, or a whole file."""

from linli.outer.packs.forms.classes import ClassForm
from linli.outer.packs.forms.editing import (
    EditForm,
    FileForm,
    NewFileForm,
    ReturnForm,
    SaveForm,
)
from linli.outer.packs.forms.questions import QuestionForm
from linli.outer.packs.forms.roles import RoleForm
from linli.outer.packs.forms.states import StateForm
from linli.outer.packs.forms.years import YearFileForm, YearForm

__all__ = [
    "ClassForm",
    "EditForm",
    "FileForm",
    "NewFileForm",
    "QuestionForm",
    "ReturnForm",
    "RoleForm",
    "SaveForm",
    "StateForm",
    "YearFileForm",
    "YearForm",
]
