from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "linli.outer.packs"
    label = "packs"
