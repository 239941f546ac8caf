"""/paiements/."""

from __future__ import annotations

from django.urls import path

from jigi.web.payments import (
    acts,
    calendars,
    dispatches,
    frozen,
    lines,
    lists,
    notifications,
    opening,
    order_files,
    refund,
    reissuing,
    returns,
    round_page,
    rounds,
    suspending,
)

urlpatterns = [
    path("", rounds.rounds, name="payment_rounds"),
    path("nouveau/", opening.opening, name="payment_round_open"),
    path("calendrier/", calendars.calendars, name="payment_calendar"),
    path("suspensions/", suspending.listed, name="commune_suspensions"),
    path("suspensions/nouvelle/", suspending.asking, name="commune_suspension_ask"),
    path("suspensions/<int:pk>/", suspending.shown, name="commune_suspension"),
    path("suspensions/<int:pk>/faire/<str:verb>/", suspending.act, name="commune_suspension_act"),
    path("rendre/<int:pk>/", refund.refund, name="payment_refund"),
    path("rendre/<int:pk>/decider/", refund.decide, name="payment_refund_decide"),
    path("retours/", returns.files, name="return_files"),
    path("retours/<int:pk>/", returns.return_file, name="return_file"),
    path("retours/exceptions/", returns.exceptions, name="return_exceptions"),
    path("retours/exceptions/<int:pk>/", returns.exception, name="return_exception"),
    path("retours/exceptions/<int:pk>/ecarter/", returns.dismiss, name="return_exception_dismiss"),
    path("retours/exceptions/<int:pk>/rapprocher/", returns.assign, name="return_exception_assign"),
    path("retours/exceptions/<int:pk>/defaire/", returns.undo_line, name="return_line_undo"),
    path("retours/<int:pk>/defaire/", returns.undo_file, name="return_file_undo"),
    path("retours/exceptions/<int:pk>/partiel/", returns.accept_part, name="return_exception_part"),
    path("notifications/<slug:agency>/", notifications.notification, name="agency_notification"),
    path("<int:pk>/envois/<int:agency>/", dispatches.dispatch_page, name="dispatch"),
    path("<int:pk>/envois/<int:agency>/faire/<str:verb>/", dispatches.act, name="dispatch_act"),
    path("<int:pk>/", round_page.payment_round, name="payment_round"),
    path("<int:pk>/faire/<str:verb>/", acts.act, name="payment_round_act"),
    path("<int:pk>/lignes/", lines.lines, name="round_lines"),
    path("<int:pk>/lignes/<int:order>/reemettre/", reissuing.reissue, name="payment_reissue"),
    path("<int:pk>/changements/<int:change>/", lines.change, name="round_change"),
    path("<int:pk>/liste-gelee/", frozen.frozen_list, name="frozen_list"),
    path("<int:pk>/listes/", lists.lists, name="pay_lists"),
    path("<int:pk>/listes/<int:area>/", lists.pay_list, name="pay_list"),
    path("<int:pk>/ordres/", order_files.order_files, name="order_files"),
    path("<int:pk>/ordres/<int:agency>/", order_files.order_file, name="order_file"),
]
