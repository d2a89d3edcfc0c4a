"""Polyglot Cloud: the platform that runs NodeServers for ISY controllers."""

__version__ = "2.0.0"
