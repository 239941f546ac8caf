"""The way in, and one's own account: allauth's views at French addresses. No sign-up, no e-mail."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as providers
from django.urls import path

from jigi.web.account import audited, collecting, provider, views

urlpatterns = [
    path("connexion/", views.SignIn.as_view(), name="account_login"),
    path("connexion/second-facteur/", factors.authenticate, name="mfa_authenticate"),
    path("connexion/cle/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("connexion/ferme/", views.closed, name="account_inactive"),
    path("connexion/par/<str:provider_id>/", provider.sign_in, name="openid_connect_login"),
    path("connexion/par/<str:provider_id>/retour/", provider.come_back, name="openid_connect_callback"),
    path("connexion/abandon/", providers.login_cancelled, name="socialaccount_login_cancelled"),
    path("connexion/echec/", providers.login_error, name="socialaccount_login_error"),
    path("deconnexion/", views.sign_out, name="account_logout"),
    path("invitation/", views.invitation, name="invitation"),
    path("compte/", views.own, name="own_account"),
    path("compte/collecte/", collecting.own_collection, name="own_collection"),
    path("compte/sessions/", views.sessions, name="usersessions_list"),
    path("compte/mot-de-passe/", audited.ChangePassword.as_view(), name="account_change_password"),
    path("compte/confirmer/", allauth.reauthenticate, name="account_reauthenticate"),
    path("compte/confirmer/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("compte/confirmer/cle/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("compte/second-facteur/", factors.index, name="mfa_index"),
    path("compte/second-facteur/application/", audited.SetUpApplication.as_view(), name="mfa_activate_totp"),
    path("compte/second-facteur/application/retirer/", audited.RemoveApplication.as_view(), name="mfa_deactivate_totp"),
    path("compte/second-facteur/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "compte/second-facteur/codes/refaire/", audited.MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"
    ),
    path("compte/second-facteur/cles/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("compte/second-facteur/cles/ajouter/", audited.AddKey.as_view(), name="mfa_add_webauthn"),
    path("compte/second-facteur/cles/<int:pk>/retirer/", audited.RemoveKey.as_view(), name="mfa_remove_webauthn"),
    path("compte/second-facteur/cles/<int:pk>/nom/", keys.edit_webauthn, name="mfa_edit_webauthn"),
]
