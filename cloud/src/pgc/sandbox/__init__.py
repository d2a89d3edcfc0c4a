"""Confinement of strangers' programs: one contract, bubblewrap where it works, and a plain word where it does not."""
