from django.apps import AppConfig


class GrievancesConfig(AppConfig):
    name = "jigi.grievances"
    label = "grievances"
    default_auto_field = "django.db.models.BigAutoField"
