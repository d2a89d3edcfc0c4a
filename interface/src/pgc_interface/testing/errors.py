"""What a test is told when a NodeServer, or the test itself, did something wrong.

KitError
├── NodeServerRaised     the NodeServer's own code raised; the platform would have logged it and gone on
├── NodeServerFailed     it did not come up
├── TookTooLong          what was waited for did not happen
└── NotThere             a node or driver that the ISY does not have
"""


class KitError(AssertionError):
    """The root; an AssertionError, so that a test that sees one has failed and not erred."""


class NodeServerRaised(KitError):
    pass


class NodeServerFailed(KitError):
    pass


class TookTooLong(KitError):
    pass


class NotThere(KitError):
    pass
