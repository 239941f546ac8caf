"""/messages/."""

from __future__ import annotations

from django.urls import path

from jigi.web.messages import campaigns, doors, sent, wants, wording

urlpatterns = [
    path("", campaigns.campaigns, name="message_campaigns"),
    path("nouvelle/", campaigns.new, name="message_campaign_new"),
    path("<int:pk>/", campaigns.campaign, name="message_campaign"),
    path("<int:pk>/corriger/", campaigns.correct, name="message_campaign_correct"),
    path("<int:pk>/faire/<str:verb>/", campaigns.act, name="message_campaign_act"),
    path("envois/", sent.sent, name="messages_sent"),
    path("envois/<int:pk>/", sent.message, name="message"),
    path("modeles/", wording.wording, name="message_wording"),
    path("modeles/expediteur/", wording.set_sender, name="message_sender_set"),
    path("modeles/avis/", wording.switch, name="message_notice_switch"),
    path("desinscriptions/", wants.optouts, name="message_optouts"),
    path("desinscriptions/noter/", wants.note, name="message_optout_note"),
    path("recus/", wants.received, name="messages_received"),
    path("fournisseur/rapports/", doors.report, name="message_report"),
    path("fournisseur/recus/", doors.inbound, name="message_inbound"),
]
