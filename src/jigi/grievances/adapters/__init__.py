"""Whom the package speaks to outside: the gateway of USSD, as its twin."""
