"""The server's own settings, written anew at each start, for two cores and four gigabytes."""

from __future__ import annotations

import shutil
from pathlib import Path

SMALL_VOLUME = 2 * 1024**3

SETTINGS = """\
# Written at each start. Your own settings belong into local.conf, read last.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100

shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
max_parallel_workers_per_gather = 1
# Compiling a query costs more than any query of this house.
jit = off

# What was acknowledged is on the disk.
fsync = on
full_page_writes = on
synchronous_commit = on
wal_compression = on
max_wal_size = {wal}
min_wal_size = 64MB
checkpoint_completion_target = 0.9

timezone = 'UTC'
# No values of rows in the log: terse leaves out DETAIL, which quotes them, and a
# statement that failed carries what somebody typed.
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
logging_collector = on
log_directory = '{log}'
log_filename = '%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
include_if_exists = 'local.conf'
"""

# The folder of the socket is closed to everybody else, so who gets there is known.
ACCESS = """\
local all all trust
local replication postgres trust
"""


def write_settings(data: Path, *, socket: Path, log: Path) -> None:
    """Put our settings in place of those initdb proposed."""
    volume = shutil.disk_usage(data).total
    wal = "64MB" if volume < SMALL_VOLUME else "512MB"
    text = SETTINGS.format(socket=_quoted(socket), log=_quoted(log), wal=wal)
    _put(data / "postgresql.conf", text)
    _put(data / "pg_hba.conf", ACCESS)


def _put(path: Path, text: str) -> None:
    """Written only when it differs: on a full disk the old one must not be emptied."""
    if not path.exists() or path.read_text() != text:
        beside = path.with_suffix(".new")
        beside.write_text(text)
        beside.replace(path)


def _quoted(path: Path) -> str:
    # In this file both the quote and the backslash are doubled.
    return str(path).replace("\\", "\\\\").replace("'", "''")
