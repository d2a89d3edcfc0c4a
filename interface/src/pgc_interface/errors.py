"""What the SDK raises, where a NodeServer asked for it: everything else is logged, and the NodeServer goes on."""


class NotSaved(Exception):
    """The platform has not confirmed a save that was waited for; the text says why, to people.

    After a refusal nothing was saved. When the time is over, or the NodeServer stops, it may still be: what was sent
    is kept and sent again until the platform answers, as long as the NodeServer lives.
    """
