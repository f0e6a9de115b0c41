"""Dividing a territory into grids: numpy in, numpy out, for a process of its own.

Looking at plans needs nothing heavy. `divide` and the edits load the compiled search, which no
web process may: import them from their modules, in the process that solves.
"""

from linli.solvers.zoning.aims import Aims, Count, Mode
from linli.solvers.zoning.plan import Crossing, Figures, Outlier, Plan, Reason
from linli.solvers.zoning.town import Barrier, Town

__all__ = [
    "Aims",
    "Barrier",
    "Count",
    "Crossing",
    "Figures",
    "Mode",
    "Outlier",
    "Plan",
    "Reason",
    "Town",
]
