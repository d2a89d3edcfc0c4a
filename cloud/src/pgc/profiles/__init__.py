"""Profiles: the files that tell an ISY what a NodeServer's nodes look like. Read, and checked against each other and
against the code, without running any of it."""
