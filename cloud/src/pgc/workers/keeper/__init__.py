"""The keeper: a small process beside each run that owns its pipes, its pid and its log lines.

    platform ──JSON lines──► keeper.sock ─► keeper ─► claim socket (the launcher's stdin)
                                            │  ◄──── stdout, stderr
                                            └─ kills everything below it when the run is over

Standard library only, and little of it (no asyncio, no typing, no dataclasses): there is one for each run.

**The claim.** A warm run gets no token and opens no listener. Its assignment comes down the connection of the platform
that spawned it, and goes on through a socket that only its launcher holds. Nobody else could spend such a claim, so
there is nothing to steal, to expire or to revoke; and when that connection breaks before the assignment, the run ends.
"""
