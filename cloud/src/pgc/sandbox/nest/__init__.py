"""The nest: what a confined program is put into before bubblewrap hides the rest of the machine from it.

    ──► nest ─────────────────────────────────────► bubblewrap ──► the program
        │ joins its control groups                    gives it users, processes and files of its own,
        │ makes users, networks and routes            and no right over what was made before
        └──► slirp4netns ══ tap ══ router ══ veth ══ the program's network

It is a program that becomes the next one: ``python -I -S …/nest/__main__.py NAME=VALUE… -- PROGRAM ARGUMENT…``.
Standard library only, and little of it: every start pays for it.

**Why a router.** Routes in the program's own network would not hold: for a socket that is bound to a device the kernel
takes an address without a route to be on that device, and multicast goes out unasked. So the program's network has one
way out, into a second network that forwards, and there the routes hold for all that comes.
"""
