from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from linli.engines.files.models import Upload
from linli.engines.files.queries import files_of, get_file, path_of
from linli.engines.files.rules import make_ready
from linli.engines.files.services import NoRoom, keep_paper, keep_photo, write_through
from linli.ground.audit.services import RequestIdReused
from linli.kernel.actor import CLOCK
from linli.kernel.errors import Gone, NotFound
from linli.kernel.refs import Ref

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


def a_photo(*, position: bool = False, colour: str = "teal") -> bytes:
    """A small JPEG, with the camera's position in it when asked."""
    exif = Image.Exif()
    if position:
        exif.get_ifd(0x8825)[1] = "N"
        exif[0x010F] = "Camera of Wang"
    written = BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG", exif=exif)
    return written.getvalue()


def test_a_photo_is_kept_without_what_its_camera_knew() -> None:
    subject, request_id = Ref("matter", uuid4()), uuid4()
    assert b"Camera of Wang" in a_photo(position=True)

    upload = keep_photo(
        make_ready(a_photo(position=True)),
        of=subject,
        kind="photo",
        request_id=request_id,
        by=CLOCK,
        at=NOON,
    )

    kept = path_of(upload.id).read_bytes()
    assert b"Camera of Wang" not in kept
    assert not Image.open(BytesIO(kept)).getexif()
    assert (upload.width, upload.height, upload.size) == (40, 30, len(kept))
    assert path_of(upload.id, small=True).is_file()


def test_the_same_photo_sent_twice_is_one() -> None:
    subject, request_id = Ref("matter", uuid4()), uuid4()
    for _ in range(2):
        keep_photo(
            make_ready(a_photo()),
            of=subject,
            kind="photo",
            request_id=request_id,
            by=CLOCK,
            at=NOON,
        )

    assert files_of(subject).count() == 1
    with pytest.raises(RequestIdReused):
        keep_photo(
            make_ready(a_photo(colour="red")),
            of=subject,
            kind="photo",
            request_id=request_id,
            by=CLOCK,
            at=NOON,
        )


def test_a_file_belongs_to_its_record_alone() -> None:
    subject = Ref("matter", uuid4())
    paper = keep_paper(
        b"%PDF-1.7 x", of=subject, kind="case_part", request_id=uuid4(), by=CLOCK, at=NOON
    )

    assert get_file(paper.id, of=subject, kinds=("case_part",)) == paper
    with pytest.raises(NotFound):
        get_file(paper.id, of=Ref("matter", uuid4()), kinds=("case_part",))
    with pytest.raises(NotFound):
        get_file(paper.id, of=subject, kinds=("photo",))
    Upload.objects.update(erased_at=NOON)
    with pytest.raises(Gone):
        get_file(paper.id, of=subject, kinds=("case_part",))
    assert not files_of(subject, kinds=("case_part",)).exists()


def test_a_paper_printed_again_under_its_id_is_the_paper_that_was_kept() -> None:
    subject, request_id = Ref("matter", uuid4()), uuid4()
    first, again = (
        keep_paper(content, of=subject, kind="annex", request_id=request_id, by=CLOCK, at=NOON)
        for content in (b"%PDF-1.7 first", b"%PDF-1.7 again")
    )

    assert again == first
    assert path_of(request_id).read_bytes() == b"%PDF-1.7 first"
    with pytest.raises(RequestIdReused):
        keep_paper(
            b"%PDF", of=subject, kind="case_part", request_id=request_id, by=CLOCK, at=NOON
        )


def test_a_folder_that_cannot_be_made_says_that_there_is_no_room(tmp_path: Path) -> None:
    (tmp_path / "aa").write_text("a file where a folder should be")

    with pytest.raises(NoRoom):
        write_through(tmp_path / "aa" / "photo", b"x")

    assert list(tmp_path.iterdir()) == [tmp_path / "aa"]
