"""After a restore: do sealed values open, are the files those the rows name, can people come in?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from linli.config.backups.manifest import FILES
from linli.domains.matters.models import Matter, Reporter
from linli.engines.files.models import Upload
from linli.engines.files.queries import path_of
from linli.engines.workflow.queries import story_of
from linli.ground.accounts.models import Account
from linli.kernel.fields import EncryptedText
from linli.kernel.keys import KeyMissing


def faults(*, digests: Mapping[str, str], absent: tuple[str, ...]) -> list[str]:
    """What is not as it should be; nothing when the house can be used."""
    trials: tuple[Callable[[], Iterator[str]], ...] = (
        sealed_values,
        lambda: _files(digests, absent),
        _sign_in,
        _one_matter,
    )
    return [fault for trial in trials for fault in _found(trial)]


def _found(trial: Callable[[], Iterator[str]]) -> list[str]:
    """A trial that cannot even be made has found something."""
    try:
        return list(trial())
    except DatabaseError as error:
        return [f"the tables are not those of this code: {str(error).splitlines()[0]}"]


def sealed_values() -> Iterator[str]:
    """The newest value of every sealed column opens with the keys that are there."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedText):
                values = model._default_manager.exclude(**{field.name: None})
                try:
                    values.order_by("-pk").values_list(field.name, flat=True).first()
                except (InvalidTag, KeyMissing):
                    yield f"{model._meta.label}.{field.name} cannot be opened with these keys"


def _files(digests: Mapping[str, str], absent: tuple[str, ...]) -> Iterator[str]:
    """Each row's picture is the one in the set."""
    rows = Upload.objects.filter(erased_at=None).exclude(id__in=absent)
    for upload in rows.only("id", "sha256").iterator():
        inside = path_of(upload.id).relative_to(Path(settings.MEDIA_DIR))
        if digests.get(f"{FILES}/{inside}") != bytes(upload.sha256).hex():
            yield f"the file {upload.id} is not the one its row names"


def _sign_in() -> Iterator[str]:
    account = Account.objects.order_by("pk").first()
    if account is not None:
        try:
            identify_hasher(account.password)
        except ValueError:
            yield "no password of an account can be checked"
    logging.getLogger("linli.requests").setLevel(logging.WARNING)  # this is no visit
    host = settings.ALLOWED_HOSTS[0].lstrip(".")
    page = Client(headers={"host": host}, raise_request_exception=False).get(
        reverse("account_login")
    )
    if page.status_code != 200:
        yield f"the page to sign in answers {page.status_code}"


def _one_matter() -> Iterator[str]:
    matter = Matter.objects.select_related("work").order_by("-id").first()
    if matter is None:
        return
    Reporter.objects.filter(matter=matter).first()
    if not list(story_of(matter.work)):
        yield f"matter {matter.number} has no story"
