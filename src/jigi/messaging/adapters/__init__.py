"""Who carries messages: the provider over HTTP, and its twin for tests and benches."""
