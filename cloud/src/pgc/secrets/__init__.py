"""Secrets at rest: the keyring that seals them, and the authority that signs the platform's certificates."""
