"""/messages/: campaigns, what was sent, templates and senders, who wants none; and the doors of the provider."""
