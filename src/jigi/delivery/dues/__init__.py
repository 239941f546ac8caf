"""What a person has earned (droit acquis), which a round of payments takes and pays."""
