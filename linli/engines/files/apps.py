from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "linli.engines.files"
    label = "files"
