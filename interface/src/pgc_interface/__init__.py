"""The SDK of Polyglot Cloud."""
