"""Secrets at rest: the keyring that seals them."""
