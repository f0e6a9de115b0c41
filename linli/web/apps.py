from django.apps import AppConfig

from linli.kernel.keys import PURPOSES


class WebConfig(AppConfig):
    name = "linli.web"
    label = "web"

    def ready(self) -> None:
        """Name what the shell itself keeps sealed: the secrets of second factors."""
        PURPOSES.add("sign_in")
