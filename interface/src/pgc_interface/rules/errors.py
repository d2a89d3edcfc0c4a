"""What is wrong with something that a NodeServer sent; the text says it to people.

BrokenRule
├── BadAddress   an ISY would not take the node's address
├── BadValue     nor this value or unit of measure
└── BadSave      it cannot be saved: too large, nested too deep, not of its type
"""


class BrokenRule(ValueError):
    """The root of this package's errors."""


class BadAddress(BrokenRule):
    pass


class BadValue(BrokenRule):
    pass


class BadSave(BrokenRule):
    pass
