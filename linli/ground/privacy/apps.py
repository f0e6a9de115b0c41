from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "linli.ground.privacy"
    label = "privacy"
