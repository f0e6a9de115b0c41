"""What can stand in the way of a database, told to whoever runs the machine."""


class ClusterError(Exception):
    """One sentence saying what is the case and what to do; shown without a traceback."""
