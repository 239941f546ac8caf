"""The accounts, for those who administer them: who has one, invitations, postings, closing."""
