from django.apps import AppConfig

from linli.kernel.keys import PURPOSES


class MattersConfig(AppConfig):
    name = "linli.domains.matters"
    label = "matters"

    def ready(self) -> None:
        """Query codes are computed from a key of their own, which nothing is sealed with."""
        PURPOSES.add("query_code")
