from django.apps import AppConfig


class TargetingConfig(AppConfig):
    name = "jigi.targeting"
    label = "targeting"
    default_auto_field = "django.db.models.BigAutoField"
