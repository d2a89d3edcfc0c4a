"""Workers: the runs of NodeServers in processes of their own, each with a keeper that outlives the platform.

Kept empty of imports: the keeper passes through here and must stay small.
"""
