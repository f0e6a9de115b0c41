"""A cluster for one test, in a folder the database's account can enter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.config.cluster import Cluster
from linli.config.environment import Places


@pytest.fixture
def folder() -> Iterator[Path]:
    """pytest's own folders are closed to other accounts, and long."""
    made = Path(tempfile.mkdtemp(prefix="邻里 "))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def places(folder: Path) -> Places:
    return Places(
        profile="test",
        data_dir=folder / "data",
        socket_dir=folder / "s",
        database_url=None,
        pg_bin=None,
    )


@pytest.fixture
def cluster(places: Places) -> Iterator[Cluster]:
    made = Cluster(places=places)
    yield made
    made.stop()
