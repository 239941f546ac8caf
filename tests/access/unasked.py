"""Addresses that the matrix does not ask: their own tests do."""

from __future__ import annotations

PHONES = {
    "fill_worker", "openrosa_forms", "openrosa_submission", "openrosa_xform", "openrosa_manifest", "openrosa_media",
    "site_worker", "works_phone_worker", "session_phone_worker", "nutrition_phone_worker",
    "partage_api", "partage_api_lines", "partage_api_notices", "agency_notification",
    "message_report", "message_inbound", "complaint_ussd",
    "agences_api", "agences_api_document", "agences_api_rounds", "agences_api_round", "agences_api_orders",
    "agences_api_accept", "agences_api_refuse", "agences_api_results", "agences_api_batch",
}  # fmt: skip
"""What phones and the machines of partners and agencies ask with a secret of their own, and no session:
tests/web/test_openrosa.py, test_sharing_api.py and test_agency_api.py ask them, test_dispatch_pages.py sends what
agencies notify, test_messages_pages.py what the provider of messages posts, tests/grievances/test_ussd.py what the
gateway of USSD does.
The program of the page that works without network is the same for all: tests/web/test_fill_pages.py
test_site_desk.py, test_works_phone.py, test_sessions_phone.py and test_nutrition_phone.py ask it."""

OWN = {
    "account_login", "account_logout", "account_inactive", "account_change_password", "account_reauthenticate",
    "mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_index",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_list_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "openid_connect_login",
    "openid_connect_callback", "socialaccount_login_cancelled", "socialaccount_login_error", "invitation",
    "own_account", "own_collection", "usersessions_list",
}  # fmt: skip
"""The way in and one's own account: the same for every role and place. tests/entry asks them, others' keys included."""
