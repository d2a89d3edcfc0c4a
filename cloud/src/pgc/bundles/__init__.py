"""Bundles: NodeServers ready to start, each a source tree with what it needs installed beside it."""
