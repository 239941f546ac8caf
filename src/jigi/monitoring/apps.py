from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "jigi.monitoring"
    label = "monitoring"
    verbose_name = "Alertes"
