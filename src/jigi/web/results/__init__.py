"""/resultats/: indicators, what stands behind them, snapshots and who signed them, the yearly statement."""
