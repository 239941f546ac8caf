"""/nutrition/."""

from __future__ import annotations

from django.urls import path

from jigi.web.nutrition import census, contracts, distributions, lots, phone, stock, stops

urlpatterns = [
    path("", distributions.distributions, name="nutrition"),
    path("contrats/<int:pk>/", contracts.contract, name="nutrition_contract"),
    path("contrats/<int:pk>/preparer/", contracts.prepare, name="nutrition_prepare"),
    path("contrats/<int:pk>/cuisine/", contracts.cook, name="nutrition_cook"),
    path("contrats/<int:pk>/cuisine/<int:held>/annuler/", contracts.uncook, name="nutrition_uncook"),
    path("contrats/<int:pk>/recensement/", census.census, name="nutrition_census"),
    path("contrats/<int:pk>/recensement/registre/", census.take_register, name="nutrition_take_register"),
    path("contrats/<int:pk>/recensement/fichier/", census.take_file, name="nutrition_census_file"),
    path("personnes/<int:pk>/", census.entry, name="nutrition_entry"),
    path("personnes/<int:pk>/faire/<str:verb>/", census.act, name="nutrition_entry_act"),
    path("personnes/<int:pk>/depistages/", census.screenings, name="nutrition_screenings"),
    path("distributions/<int:pk>/", distributions.distribution, name="nutrition_distribution"),
    path("distributions/<int:pk>/faire/<str:verb>/", distributions.act, name="nutrition_distribution_act"),
    path("distributions/<int:pk>/feuille/", distributions.take_sheet, name="nutrition_take_sheet"),
    path("distributions/<int:pk>/remises/", distributions.handouts, name="nutrition_handouts"),
    path("remises/<int:pk>/annuler/", distributions.take_back, name="nutrition_take_back"),
    path("passages/<int:pk>/", stops.stop, name="nutrition_stop"),
    path("passages/<int:pk>/feuille/", stops.sheet, name="nutrition_sheet"),
    path("passages/<int:pk>/numeroter/", stops.number, name="nutrition_number"),
    path("passages/<int:pk>/tableau/", stops.table, name="nutrition_table"),
    path("telephone/", phone.desk, name="nutrition_phone"),
    path("telephone/hors-ligne.js", phone.worker, name="nutrition_phone_worker"),
    path("telephone/moi/", phone.who, name="nutrition_phone_who"),
    path("telephone/listes/<int:pk>/", phone.carried, name="nutrition_phone_list"),
    path("telephone/envoyer/", phone.send, name="nutrition_phone_send"),
    path("stock/", stock.stock, name="nutrition_stock"),
    path("stock/lieux/", stock.open_place, name="nutrition_places"),
    path("stock/noter/<str:kind>/", stock.note, name="nutrition_stock_note"),
    path("stock/operations/", stock.acts, name="nutrition_acts"),
    path("stock/operations/<int:pk>/", stock.act, name="nutrition_act"),
    path("stock/operations/<int:pk>/faire/<str:verb>/", stock.do, name="nutrition_act_do"),
    path("lots/<int:pk>/", lots.lot, name="nutrition_lot"),
    path("lots/<int:pk>/rappeler/", lots.recall, name="nutrition_recall"),
]
