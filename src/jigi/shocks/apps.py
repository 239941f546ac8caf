from django.apps import AppConfig


class ShocksConfig(AppConfig):
    name = "jigi.shocks"
    label = "shocks"
    default_auto_field = "django.db.models.BigAutoField"
