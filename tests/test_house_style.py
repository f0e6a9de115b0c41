"""The house's own rules, where no linter sees them."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from linli.config.docs import catalogue, reference
from linli.ground.privacy.privacy import TABLES
from linli.kernel.permissions import permissions
from linli.kernel.privacy import OF_ITS_SUBJECT, STORES, unclassified

ROOT = Path(__file__).resolve().parents[1]
SOURCE = sorted(
    path
    for path in [*(ROOT / "linli").rglob("*.py"), *(ROOT / "islands").rglob("*.ts")]
    if "migrations" not in path.parts and "node_modules" not in path.parts
)
APPS = [importlib.import_module(name) for name in settings.FIRST_PARTY_APPS]
FLOORS = ["kernel", "ground", "engines", "domains", "outer", "flows", "web", "config"]
# Helpers of a write that leave its trace to the service that calls them.
PARTS_OF_A_WRITE = {
    "begin_work",
    "take_step",
    "rows_of_report",
    "entry_for",
    "note",
    "write_through",
    "draw",
    "seat_places",
}


def services() -> Iterator[Callable[..., object]]:
    """Every public function of every services room."""
    for app in APPS:
        for path in sorted(Path(app.__path__[0]).glob("services*/**/*.py")) + sorted(
            Path(app.__path__[0]).glob("services.py")
        ):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield from public_functions(importlib.import_module(name.removesuffix(".__init__")))


def public_functions(module: ModuleType) -> Iterator[Callable[..., object]]:
    for name, value in vars(module).items():
        own = inspect.isfunction(value) and value.__module__ == module.__name__
        if own and not name.startswith("_"):
            yield value


def writes(service: Callable[..., object]) -> bool:
    """A service that takes an actor changes something in somebody's name."""
    return "by" in inspect.signature(service).parameters


@pytest.mark.parametrize("path", SOURCE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_four_hundred_lines(path: Path) -> None:
    most = 600 if "tests" in path.parts else 400
    assert len(path.read_text().splitlines()) <= most


@pytest.mark.parametrize("service", list(services()), ids=lambda one: one.__qualname__)
def test_a_service_says_what_it_promises_and_who_acts_when(
    service: Callable[..., object],
) -> None:
    given = inspect.signature(service).parameters
    positional = [p for p in given.values() if p.kind is p.POSITIONAL_OR_KEYWORD]

    assert inspect.getdoc(service)
    assert len(positional) <= 2
    if "by" in given:
        assert "at" in given
        assert given["by"].kind is given["at"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize(
    "service",
    [one for one in services() if writes(one) and one.__name__ not in PARTS_OF_A_WRITE],
    ids=lambda one: one.__qualname__,
)
def test_a_service_leaves_its_trace(service: Callable[..., object]) -> None:
    """By itself, or through a service of its own floor or below that it calls."""
    source = inspect.getsource(inspect.unwrap(service))
    own_module = inspect.getsource(inspect.getmodule(service))  # type: ignore[arg-type]
    names = {one.__name__ for one in services() if writes(one)} | {"note", "entry_for"}
    called = {
        node.func.id
        for node in ast.walk(ast.parse(own_module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & (names - {service.__name__}), source[:80]


@pytest.mark.parametrize("service", list(services()), ids=lambda one: one.__qualname__)
def test_every_service_appears_in_a_test_or_a_door(service: Callable[..., object]) -> None:
    users = [
        path
        for path in [*(ROOT / "linli").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
        if re.search(rf"\b{service.__name__}\b", path.read_text())
    ]
    assert len(users) > 1


def test_every_field_is_classified() -> None:
    missing = unclassified(reference.fields(), reference.keeps())
    lines = [
        f'keep(PLAIN, "{one.rpartition(".")[0]}", "{one.rpartition(".")[2]}")'
        for one in missing
    ]
    assert not missing, "paste into privacy.py, or name a basis:\n" + "\n".join(lines)


def test_nothing_is_classified_that_is_not_there() -> None:
    assert not set(reference.keeps()) - set(reference.fields())


@pytest.mark.django_db
def test_every_column_of_the_database_is_classified() -> None:
    """Also of tables that have no model, whoever made them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        columns = {column for (column,) in cursor.fetchall()}
    with_model = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
    }
    missing = sorted(columns - with_model - TABLES.keys())
    lines = [f'keep(PLAIN, "{one.split(".")[0]}", "{one.split(".")[1]}")' for one in missing]
    assert not missing, "paste into ground/privacy/privacy.py:\n" + "\n".join(lines)
    assert not TABLES.keys() - columns


def test_whatever_is_personal_has_an_end_that_somebody_brings_about() -> None:
    personal = {kept.term for kept in reference.keeps().values() if kept is not None}
    ended = personal - {OF_ITS_SUBJECT}

    assert ended <= set(reference.terms())
    assert set(reference.terms()) == set(STORES)
    assert all(store.about == reference.terms()[term] for term, store in STORES.items())


def _foreign_keys() -> list[models.ForeignKey[object, object]]:
    return [
        field
        for config in apps.get_app_configs()
        if config.name in settings.FIRST_PARTY_APPS
        for model in config.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
    ]


@pytest.mark.parametrize("key", _foreign_keys(), ids=str)
def test_foreign_keys_point_down_and_leave_nothing_behind(
    key: models.ForeignKey[object, object],
) -> None:
    assert key.remote_field.related_name == "+"
    own, other = key.model.__module__.split(".")[1], key.related_model.__module__.split(".")[1]
    assert FLOORS.index(other) <= FLOORS.index(own)
    if own == "domains":
        assert (
            other != "domains" or key.model._meta.app_label == key.related_model._meta.app_label
        )


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.__name__)
def test_every_app_says_what_it_is_for(app: ModuleType) -> None:
    readme = Path(app.__path__[0]) / "README.md"
    assert readme.is_file()
    assert len(readme.read_text().splitlines()) >= 5


def test_every_door_says_for_whom_it_is_open() -> None:
    ours = [
        (route, view)
        for route, _name, view in reference.views()
        if getattr(view, "__module__", "").startswith("linli.")
        and not getattr(view, "__module__", "").startswith("linli.config")
    ]
    assert ours
    assert [
        route for route, view in ours if reference.opened_to(view) == "sign-in and machine"
    ] == []


def test_every_permission_is_a_door_or_a_service() -> None:
    code = "\n".join(path.read_text() for path in SOURCE if path.name != "spec.py")
    unused = [name for name in permissions() if f'"{name}"' not in code]
    assert unused == []


@pytest.mark.parametrize(
    "name", ["requirements/runtime.txt", "requirements/dev.txt", "package-lock.json"]
)
def test_a_lock_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert '"resolved"' not in text


def test_every_message_has_its_chinese() -> None:
    assert catalogue.untranslated(catalogue.renewed()) == []


@pytest.mark.django_db
def test_no_enabled_trigger_notifies_on_insert_of_a_job() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
            WHERE tgrelid = 'procrastinate_jobs'::regclass AND tgenabled <> 'D'
              AND (tgtype & 4) <> 0 AND prosrc ILIKE '%pg_notify%'
            """
        )
        assert cursor.fetchall() == []
