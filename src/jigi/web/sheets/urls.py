"""/feuilles/."""

from __future__ import annotations

from django.urls import path

from jigi.web.sheets import printing, scans, views

urlpatterns = [
    path("", views.sheets, name="sheets"),
    path("imprimer/", printing.print_sheets, name="sheet_print"),
    path("impressions/<int:pk>/", printing.printed, name="printing"),
    path("impressions/<int:pk>/pdf/", printing.document, name="printing_document"),
    path("numeriser/", scans.send, name="scan_send"),
    path("pages/", scans.queue, name="scanned_pages"),
    path("pages/<int:pk>/", scans.page, name="scanned_page"),
    path("pages/<int:pk>/image/", scans.image, name="scanned_image"),
    path("pages/<int:pk>/<slug:verb>/", scans.act, name="scanned_act"),
    path("<int:pk>/", views.sheet, name="sheet"),
    path("<int:pk>/perdue/", views.lose, name="sheet_lose"),
]
