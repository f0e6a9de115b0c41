"""Backups: three sets (database, files, keys) that are whole or are refused."""

from linli.config.backups.errors import BackupError

__all__ = ["BackupError"]
