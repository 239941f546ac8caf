"""/reponses/N/volets/ and /reponses/N/scenarios/: how a response chooses households, and what it would give."""
