"""/plaintes/: complaints as those who hear, examine and decide them see them; /plainte/: as everybody may make one."""
