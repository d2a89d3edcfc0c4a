"""What the platform takes from a NodeServer, as pure functions: the platform and the authors' test kit use these.

``import pgc_interface`` imports only `typed`, `typedvalues` and `notices` of them.
"""
