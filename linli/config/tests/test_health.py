"""Alive and ready, and which of the reasons it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from linli.config import health
from linli.ground.audit.testing import as_owner

ASK = """
import django
django.setup()
from django.test import RequestFactory
from linli.config.health import healthz, readyz
for view in (healthz, readyz):
    response = view(RequestFactory().get("/"))
    print(response.status_code, response.content.decode())
"""


@pytest.mark.django_db
def test_a_house_that_is_whole_is_ready(client: Client) -> None:
    response = client.get("/readyz")

    assert response.json() == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "disk_data": "ok",
        "disk_files": "ok",
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_scarce_disk_is_told_with_what_is_left(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SCARCE_MB", 10**9)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["disk_data"].endswith("MB left")
    assert response.json()["database"] == "ok"


@pytest.mark.django_db
def test_tables_behind_the_code_are_told_with_their_number(client: Client) -> None:
    with as_owner():
        applied = MigrationRecorder.Migration.objects.filter(app="matters")
        assert applied.filter(name="0001_first").delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["migrations"] == "1 missing"


def test_without_a_database_the_process_lives_but_is_not_ready(folder: Path) -> None:
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "linli.config.settings",
        "LINLI_DATA_DIR": str(folder / "nothing"),
    }
    env.pop("DATABASE_URL", None)

    said = subprocess.run(
        [sys.executable, "-c", ASK], env=env, capture_output=True, text=True, check=True
    )

    alive, ready = said.stdout.splitlines()
    assert alive == '200 {"alive": true}'
    status, _, body = ready.partition(" ")
    assert status == "503"
    assert json.loads(body)["database"] == "away"


def test_only_looking_is_allowed(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
