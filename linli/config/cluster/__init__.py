"""Our own PostgreSQL: started when none is given, stopped by the last who leaves."""

from linli.config.cluster.errors import ClusterError
from linli.config.cluster.launcher import Cluster, Status

__all__ = ["Cluster", "ClusterError", "Status"]
