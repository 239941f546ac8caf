"""/comptes/."""

from __future__ import annotations

from django.urls import path

from jigi.web.accounts import invitations, views

urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("<int:pk>/", views.account, name="account"),
    path("<int:pk>/affecter/", views.post, name="account_post"),
    path("<int:pk>/affectations/finir/", views.end_posting, name="account_end_posting"),
    path("<int:pk>/fermer/", views.close, name="account_close"),
    path("<int:pk>/sessions/fermer/", views.end_sessions, name="account_end_sessions"),
    path("<int:pk>/collecte/retirer/", views.revoke_collection, name="account_revoke_collection"),
    path("<int:pk>/fournisseur/", views.link, name="account_link"),
    path("<int:pk>/lien/", invitations.renew, name="account_renew"),
    path("invitations/", invitations.listed, name="invitations"),
    path("invitations/nouvelle/", invitations.invite, name="invite"),
    path("invitations/<int:pk>/", invitations.shown, name="invitation_paper"),
    path("invitations/<int:pk>/renouveler/", invitations.resend, name="invitation_resend"),
    path("invitations/<int:pk>/annuler/", invitations.cancel, name="invitation_cancel"),
]
