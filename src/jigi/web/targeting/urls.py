"""/ciblage/."""

from __future__ import annotations

from django.urls import path

from jigi.web.targeting import campaigns, villages

urlpatterns = [
    path("", campaigns.campaigns, name="campaigns"),
    path("<int:pk>/", campaigns.campaign, name="campaign"),
    path("<int:pk>/classer/", campaigns.rank, name="campaign_rank"),
    path("<int:pk>/geler/", campaigns.freeze, name="campaign_freeze"),
    path("<int:pk>/rouvrir/", campaigns.reopen, name="campaign_reopen"),
    path("<int:pk>/menages/", villages.households, name="campaign_households"),
    path("<int:pk>/communes/<int:area>/", campaigns.commune, name="campaign_commune"),
    path("<int:pk>/villages/<int:area>/", villages.village, name="campaign_village"),
    path("<int:pk>/listes/<int:area>/", villages.posted_list, name="campaign_list"),
]
