"""Measures the platform and the SDK against their peers and limits, on one machine in one run."""
