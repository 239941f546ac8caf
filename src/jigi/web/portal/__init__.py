"""The public pages, from the latest edition of the portal: no script, no account, kept written by each process."""
