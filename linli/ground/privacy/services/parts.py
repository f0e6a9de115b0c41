"""Forgets what the parts we use keep: sessions, lock-outs, finished jobs, replies; and reviewed looks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from linli.ground.audit.services import forget_replies
from linli.ground.privacy.models import Glass
from linli.ground.privacy.spec import TERMS
from linli.kernel.privacy import Batch, Piece, Store

# Each statement deletes at most %(most)s rows that ended before %(before)s.
_SESSIONS: Final = """
    DELETE FROM django_session WHERE session_key IN (
        SELECT session_key FROM django_session WHERE expire_date < %(before)s
        ORDER BY expire_date LIMIT %(most)s)
"""
_SIGNED_IN: Final = """
    DELETE FROM usersessions_usersession WHERE id IN (
        SELECT id FROM usersessions_usersession own WHERE last_seen_at < %(before)s AND NOT EXISTS (
            SELECT 1 FROM django_session s WHERE s.session_key = own.session_key)
        ORDER BY id LIMIT %(most)s)
"""
_CACHE: Final = """
    DELETE FROM web_cache WHERE cache_key IN (
        SELECT cache_key FROM web_cache WHERE expires < %(before)s ORDER BY expires LIMIT %(most)s)
"""
_DONE: Final = """
    FROM procrastinate_jobs job WHERE status IN ('succeeded', 'cancelled', 'aborted') AND (
        SELECT max(event.at) FROM procrastinate_events event WHERE event.job_id = job.id
    ) < %(before)s
"""
_JOBS: Final = f"""
    DELETE FROM procrastinate_jobs WHERE id IN (SELECT id {_DONE} ORDER BY id LIMIT %(most)s)
"""  # noqa: S608 - only what stands above


def _write(statement: str, **given: datetime | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


def _count(statement: str, **given: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {statement}", given)
        (counted,) = cursor.fetchone()
    return int(counted)


def _forget_sign_in(piece: Piece) -> Batch:
    """Ended sessions, where their people signed in from, and ended lock-outs."""
    count = sum(
        _write(one, before=piece.before, most=piece.most)
        for one in (_SESSIONS, _SIGNED_IN, _CACHE)
    )
    return Batch(count)


def _sign_in_due(before: datetime) -> int:
    return _count("FROM django_session WHERE expire_date < %(before)s", before=before)


def _forget_jobs(piece: Piece) -> Batch:
    return Batch(_write(_JOBS, before=piece.before, most=piece.most))


def _jobs_due(before: datetime) -> int:
    return _count(_DONE, before=before)


def _forget_replies(piece: Piece) -> Batch:
    return Batch(forget_replies(before=piece.before, most=piece.most))


def _replies_due(before: datetime) -> int:
    return _count("FROM audit_reply WHERE created_at < %(before)s", before=before)


def _glass(before: datetime) -> QuerySet[Glass]:
    """Reviewed ones only: nobody escapes a review by waiting."""
    return Glass.objects.filter(opened_at__lt=before).exclude(reviewed_at=None)


def _forget_glass(piece: Piece) -> Batch:
    old = _glass(piece.before).order_by("opened_at", "id")[: piece.most]
    gone, _of_which = Glass.objects.filter(id__in=old.values("id")).delete()
    return Batch(gone)


def _glass_due(before: datetime) -> int:
    return _glass(before).count()


BROKEN_GLASS = Store("broken_glass", TERMS["broken_glass"], _glass_due, _forget_glass)
SIGN_IN = Store("sign_in", TERMS["sign_in"], _sign_in_due, _forget_sign_in)
FINISHED_JOBS = Store("finished_jobs", TERMS["finished_jobs"], _jobs_due, _forget_jobs)
REQUEST_REPLIES = Store(
    "request_replies", TERMS["request_replies"], _replies_due, _forget_replies
)
