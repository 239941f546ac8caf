"""/executions/."""

from __future__ import annotations

from django.urls import path

from jigi.web.executions import views

urlpatterns = [path("<int:pk>/", views.execution, name="execution")]
