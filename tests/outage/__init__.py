"""The machine fails: disk full, database restarted, worker lost, clock wrong. What is read then, and what is safe."""
