"""A backup comes back whole, or is refused before anything is touched."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from linli.config.backups import BackupError, copying, store
from linli.config.backups.house import House, counted
from linli.config.backups.manifest import DUMP, FILES, KEYS, MANIFEST, SUMS
from linli.config.backups.restore import (
    Source,
    cut_restore,
    is_lived_in,
    require_nobody_serves,
    restore,
)
from linli.config.backups.take import Taken, take_backup
from linli.config.backups.verify import check_fits, verify_keys, verify_set
from linli.config.cli import main
from linli.config.cluster import Cluster, ClusterError
from linli.config.environment import Places
from linli.config.upgrading import Step, check_not_newer, run_or_undo

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PHOTO = UUID("019c0000-0000-7000-8000-0000000000ab")
ROWS = """
    CREATE TABLE audit_entry (n int);
    INSERT INTO audit_entry SELECT generate_series(1, 200);
    CREATE TABLE django_migrations (app text, name text);
    INSERT INTO django_migrations VALUES ('audit', '0001_first'), ('people', '0001_first');
    CREATE TABLE files_upload (id uuid, erased_at timestamptz);
    INSERT INTO files_upload VALUES
        ('019c0000-0000-7000-8000-0000000000ab', NULL), (gen_random_uuid(), now());
    CREATE UNLOGGED TABLE web_cache (n int);
    INSERT INTO web_cache VALUES (1);
"""
KNOWN = frozenset({"audit.0001_first", "people.0001_first", "people.0002_second"})


@dataclass(frozen=True)
class Street:
    """A lived-in house, an empty one beside it in the same server, and a backup of the first."""

    folder: Path
    house: House
    empty: House
    taken: Taken

    def copy(self, tmp_path: Path) -> Path:
        """The set once more, to be damaged."""
        target = tmp_path / self.taken.folder.name
        shutil.copytree(self.taken.folder, target)
        return target

    def source(self, folder: Path | None = None) -> Source:
        chosen = folder or self.taken.folder
        manifest, digests = verify_set(self.empty, chosen)
        assert self.taken.keys is not None
        keys = verify_keys(self.taken.keys, wanted=manifest, may_lack=False)
        return Source(chosen, keys, manifest, digests)


def furnish(house: House, rows: str) -> None:
    with house.connected() as connection:
        connection.execute(rows.encode())


def write_key(house: House, line: str) -> None:
    house.keys_dir.mkdir(parents=True, exist_ok=True)
    (house.keys_dir / "telephone.key").write_text(line)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = Path(tempfile.mkdtemp(prefix="邻里 "))
    folder.chmod(0o711)
    cluster = Cluster(
        places=Places("test", folder / "data", folder / "s", database_url=None, pg_bin=None)
    )
    try:
        cluster.ensure_running()
        house = House(cluster.places, folder / "media", folder / "keys", "x" * 50)
        other = cluster.places.owner_dsn.replace("///linli?", "///other?")
        with psycopg.connect(cluster.places.owner_dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE other")
        away = replace(cluster.places, database_url=other, data_dir=folder / "other")
        away.home.mkdir(parents=True)
        empty = House(away, away.home / "media", away.home / "keys", "x" * 50)
        furnish(house, ROWS)
        write_key(house, "1 c2VjcmV0\n")
        (house.media_dir / "ab").mkdir(parents=True)
        (house.media_dir / "ab" / str(PHOTO)).write_bytes(bytes(range(256)) * 12)
        (house.media_dir / "ab" / "half.12.part").write_bytes(b"half")
        taken = take_backup(
            house, folder / "sets", keys_to=folder / "elsewhere", keep=3, at=NOON
        )
        yield Street(folder, house, empty, taken)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty(street: Street) -> Iterator[House]:
    """The empty house, emptied again."""
    yield street.empty
    furnish(street.empty, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    for folder in (street.empty.media_dir, street.empty.keys_dir):
        shutil.rmtree(folder, ignore_errors=True)


def test_a_set_holds_rows_files_and_no_keys(street: Street) -> None:
    made, folder = street.taken.manifest, street.taken.folder

    assert made.rows == {"audit_entry": 200, "django_migrations": 2, "files_upload": 2}
    assert sorted(p.name for p in copying.files_below(folder)) == sorted(
        [SUMS, DUMP, MANIFEST, str(PHOTO)]
    )
    assert made.absent == ()
    assert all(p.stat().st_mode & 0o077 == 0 for p in folder.rglob("*"))
    assert b"c2VjcmV0" not in b"".join(p.read_bytes() for p in copying.files_below(folder))
    assert street.taken.keys == street.folder / "elsewhere" / f"{folder.name}-keys"


def test_a_house_comes_back_and_what_was_empty_is_put_aside(
    street: Street, empty: House
) -> None:
    write_key(empty, "1 bmV2ZXIgdXNlZA==\n")  # made by a first `linli migrate`
    assert not is_lived_in(empty)

    rows = restore(empty, street.source(), at=NOON)

    assert rows == street.taken.manifest.rows
    photo = empty.media_dir / "ab" / str(PHOTO)
    assert photo.read_bytes() == (street.house.media_dir / "ab" / str(PHOTO)).read_bytes()
    assert (empty.keys_dir / "telephone.key").read_text() == "1 c2VjcmV0\n"
    assert [p.name for p in empty.keys_dir.glob("before-*/*")] == ["telephone.key"]
    assert cut_restore(empty) == ""
    assert is_lived_in(empty)


def test_a_restore_that_was_cut_is_remembered_and_ended_by_the_same_command(
    street: Street, empty: House
) -> None:
    empty.media_dir.mkdir(parents=True)
    in_the_way = empty.media_dir / ".before"
    in_the_way.write_text("the rows are new by now, the files are not")

    with pytest.raises(BackupError, match="File exists"):
        restore(empty, street.source(), at=NOON)
    assert cut_restore(empty) == street.taken.manifest.id

    in_the_way.unlink()
    assert restore(empty, street.source(), at=NOON) == street.taken.manifest.rows
    assert cut_restore(empty) == ""


def damage(folder: Path, chance: random.Random) -> None:
    """One of the ways a copy goes wrong."""
    path = chance.choice(list(copying.files_below(folder)))
    how = chance.choice(["flip", "cut", "lose", "add", "empty"])
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif how == "cut":
        del content[chance.randrange(len(content)) :]
    elif how == "add":
        (folder / FILES / "stranger").write_bytes(b"?")
    path.unlink() if how == "lose" else path.write_bytes(
        b"" if how == "empty" else bytes(content)
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_copy_is_refused(street: Street, tmp_path: Path, seed: int) -> None:
    copy = street.copy(tmp_path)
    damage(copy, random.Random(seed))  # noqa: S311 - no secret

    with pytest.raises(BackupError, match=r"damaged|incomplete|does not name|form|cannot be"):
        verify_set(street.house, copy)


def test_a_lost_file_is_missed_even_when_its_line_is_lost_too(
    street: Street, tmp_path: Path
) -> None:
    copy = street.copy(tmp_path)
    (copy / FILES / "ab" / str(PHOTO)).unlink()
    kept = [one for one in (copy / SUMS).read_text().splitlines() if str(PHOTO) not in one]
    (copy / SUMS).write_text("\n".join(kept) + "\n")

    with pytest.raises(BackupError, match="was written with 2 files"):
        verify_set(street.house, copy)


def test_the_control_an_undamaged_copy_is_taken(street: Street, tmp_path: Path) -> None:
    assert verify_set(street.house, street.copy(tmp_path))[0] == street.taken.manifest


def test_a_dump_with_other_rows_than_were_counted_changes_nothing(
    street: Street, empty: House
) -> None:
    furnish(empty, "CREATE TABLE mine AS SELECT 7 AS n")
    source = street.source()
    told = replace(source.manifest, rows={**source.manifest.rows, "audit_entry": 201})

    with pytest.raises(ClusterError, match="audit_entry has other rows"):
        restore(empty, replace(source, manifest=told), at=NOON)

    with empty.connected() as connection:
        assert counted(connection) == {"mine": 1}
    assert cut_restore(empty) == ""
    assert list(copying.files_below(empty.media_dir)) == []


def test_a_newer_house_is_refused_by_name(street: Street) -> None:
    made = street.taken.manifest

    check_fits(made, ours=made.postgresql, known=KNOWN)
    with pytest.raises(BackupError, match=r"newer code.*people.0001_first"):
        check_fits(made, ours=made.postgresql, known=frozenset({"audit.0001_first"}))
    with pytest.raises(BackupError, match="of PostgreSQL"):
        check_fits(replace(made, postgresql=99), ours=17, known=KNOWN)


def test_the_wrong_keys_are_refused_and_destroyed_ones_are_not_missed(
    street: Street, tmp_path: Path
) -> None:
    made = street.taken.manifest
    for line, fits in (("1 b3RoZXI=", False), ("2 bmV3\n1 - 2026-03-01", True)):
        house = replace(street.house, keys_dir=tmp_path / str(fits) / "keys")
        write_key(house, f"{line}\n")
        taken = take_backup(
            house, tmp_path / str(fits) / "sets", keys_to=tmp_path / str(fits), keep=1, at=NOON
        )
        assert taken.keys is not None
        if fits:
            assert verify_keys(taken.keys, wanted=made, may_lack=False) == taken.keys / KEYS
        else:
            with pytest.raises(BackupError, match=r"lacks keys.*telephone 1"):
                verify_keys(taken.keys, wanted=made, may_lack=False)


def test_only_the_newest_sets_are_kept_and_equal_files_share_their_room(
    street: Street, tmp_path: Path
) -> None:
    made = [
        take_backup(
            street.house,
            tmp_path / "sets",
            keys_to=tmp_path / "keys",
            keep=2,
            at=NOON + timedelta(days=day),
        )
        for day in range(3)
    ]

    assert store.sets_in(tmp_path / "sets") == [made[2].folder, made[1].folder]
    assert made[2].removed == [made[0].folder.name]
    assert store.key_sets_in(tmp_path / "keys") == [made[2].keys]
    photo = made[2].folder / FILES / "ab" / str(PHOTO)
    assert photo.samefile(made[1].folder / FILES / "ab" / str(PHOTO))
    assert not photo.samefile(street.house.media_dir / "ab" / str(PHOTO))


def test_a_key_that_vanished_keeps_its_old_set(street: Street, tmp_path: Path) -> None:
    house = replace(street.house, keys_dir=tmp_path / "ring")
    for day, line in enumerate(["1 b25l\n", "2 dHdv\n1 b25l\n", "2 dHdv\n"]):
        write_key(house, line)
        at = NOON + timedelta(days=day)
        taken = take_backup(house, tmp_path / "sets", keys_to=tmp_path / "keys", keep=1, at=at)

    assert len(store.key_sets_in(tmp_path / "keys")) == 2
    assert [one.split(" (")[0] for one in taken.keys_wanting] == ["telephone 1"]


def test_a_backup_that_fails_leaves_no_set(street: Street, tmp_path: Path) -> None:
    house = replace(street.house, media_dir=tmp_path / "media")
    house.media_dir.mkdir()
    (house.media_dir / "away").symlink_to("/etc")

    with pytest.raises(BackupError, match="neither a file nor a folder"):
        take_backup(house, tmp_path / "sets", keys_to=None, keep=1, at=NOON)

    assert [p.name for p in (tmp_path / "sets").iterdir()] == [".lock"]


def test_a_house_in_use_is_not_restored_over(street: Street) -> None:
    require_nobody_serves(street.house)
    dsn = street.house.places.dsn
    with (
        psycopg.connect(dsn, application_name="linli"),
        pytest.raises(BackupError, match="1 connections"),
    ):
        require_nobody_serves(street.house)
    assert is_lived_in(street.house)


def test_keys_go_beside_the_dump_only_when_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path)

    assert main(["backup", folder]) == 2
    assert "Where do the keys go?" in capsys.readouterr().err
    assert main(["backup", folder, "--keys-to", f"{folder}/keys"]) == 2
    assert "are one place" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    monkeypatch.delenv("LINLI_BACKUP_DIR", raising=False)
    assert main(["backup"]) == 2
    assert main(["backup", "verify", folder]) == 2
    assert "There is no backup in" in capsys.readouterr().err


@pytest.mark.parametrize("lived_in", [True, False])
def test_an_upgrade_that_fails_leaves_everything_as_it_was(
    street: Street, tmp_path: Path, lived_in: bool
) -> None:
    static, told = tmp_path / "static", list[str]()
    if lived_in:
        static.mkdir()
        (static / "staticfiles.json").write_text("of the former code")
    taken = take_backup(street.house, tmp_path / "sets", keys_to=None, keep=None, at=NOON)

    def half() -> None:
        static.mkdir(exist_ok=True)
        (static / "staticfiles.json").write_text("of the new code")
        furnish(street.house, "UPDATE audit_entry SET n = 0; CREATE TABLE new (n int)")

    def fail() -> None:
        raise ValueError("column “n” already exists\nand more")

    steps = [Step("migrate", half), Step("collect styles", fail), Step("doctor", half)]
    with pytest.raises(BackupError, match=r"collect styles failed: column .* as it was before"):
        run_or_undo(steps, house=street.house, taken=taken, static=static, tell=told.append)

    assert told == ["migrate", "collect styles"]
    with street.house.connected() as connection:
        assert counted(connection) == taken.manifest.rows
        assert connection.execute("SELECT sum(n) FROM audit_entry").fetchone() == (20_100,)
    assert static.exists() == lived_in
    if lived_in:
        assert (static / "staticfiles.json").read_text() == "of the former code"


def test_an_upgrade_that_works_keeps_what_it_did(street: Street, tmp_path: Path) -> None:
    taken = take_backup(street.house, tmp_path / "sets", keys_to=None, keep=None, at=NOON)
    step = Step("migrate", lambda: furnish(street.house, "CREATE TABLE new (n int)"))

    run_or_undo(
        [step], house=street.house, taken=taken, static=tmp_path / "static", tell=lambda _: None
    )

    with street.house.connected() as connection:
        assert counted(connection)["new"] == 0
        connection.execute("DROP TABLE new")


def test_code_older_than_the_database_upgrades_nothing() -> None:
    check_not_newer(["audit.0001_first"], known=KNOWN)
    with pytest.raises(BackupError, match=r"newer code.*zoning.0001_first"):
        check_not_newer(["zoning.0001_first"], known=KNOWN)
