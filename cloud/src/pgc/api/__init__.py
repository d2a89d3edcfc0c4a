"""The HTTP API: thin, it calls the managers and holds no rules."""
