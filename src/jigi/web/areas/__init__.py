"""Places: from the country down to a village, with what is known of each."""
