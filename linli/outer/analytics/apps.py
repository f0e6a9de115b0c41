from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "linli.outer.analytics"
    label = "analytics"
