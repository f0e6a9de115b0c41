"""What can stand in the way of a backup or a restore, told to whoever runs the machine."""


class BackupError(Exception):
    """One sentence saying what is the case and what to do; shown without a traceback."""
