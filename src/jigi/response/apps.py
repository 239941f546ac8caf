from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "jigi.response"
    label = "response"
    default_auto_field = "django.db.models.BigAutoField"
