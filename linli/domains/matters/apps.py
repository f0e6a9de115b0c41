from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "linli.domains.matters"
    label = "matters"
