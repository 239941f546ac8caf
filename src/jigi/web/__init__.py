"""Pages for people, one folder a journey, in French, as plain forms and links first."""
