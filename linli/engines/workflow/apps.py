from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "linli.engines.workflow"
    label = "workflow"
