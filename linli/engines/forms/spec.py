"""A form as a pack writes it: fields of a closed set of types, with skip logic."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from linli.kernel.errors import _
from linli.kernel.spec import Key, Spec, SpecError, Text

FieldType = Literal["text", "long_text", "number", "yes_no", "choice", "choices", "date"]


class Option(Spec):
    """One answer somebody may choose."""

    key: Key
    title: Text


class ShowIf(Spec):
    """The field is asked only when an earlier one was answered so."""

    field: Key
    equals: str | bool


class FormField(Spec):
    """One question. A question about a person names why it may be asked."""

    key: Key
    type: FieldType
    title: Text
    help: Text | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = Field(default=200, ge=1, le=2000)
    show_if: ShowIf | None = None
    personal: bool = False
    basis: str = Field(default="", max_length=300)

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type in {"choice", "choices"}) != bool(self.options):
            raise SpecError(
                "options", str(len(self.options)), _("options for a choice, else none")
            )
        if self.personal and not self.basis:
            raise SpecError("basis", "nothing", _("why a personal question may be asked"))
        return self


class Form(Spec):
    """Questions in the order they are asked."""

    title: Text
    fields: tuple[FormField, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _asks_in_order(self) -> Self:
        """A key is used once, and skip logic looks back only."""
        seen: dict[str, FormField] = {}
        for field in self.fields:
            if field.key in seen:
                raise SpecError(f"fields[{field.key}].key", field.key, _("a key used once"))
            if field.show_if and field.show_if.field not in seen:
                asked = ", ".join(seen) or _("no earlier question")
                raise SpecError(
                    f"fields[{field.key}].show_if.field", field.show_if.field, asked
                )
            seen[field.key] = field
        return self
