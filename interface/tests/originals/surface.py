"""The public names of an SDK and how each may be called, as plain data that can be compared."""

import inspect

CLASSES = ("Interface", "Controller", "Node")
ALSO = ("_convertDrivers", "__init__")
"""Names that are called although they do not look public."""


def surface(module):
    """{module: [names], class: {method: [[parameter, has default]]}}."""
    names = [name for name in dir(module) if not name.startswith("_") and not inspect.ismodule(getattr(module, name))]
    return {"module": names, **{name: _methods(getattr(module, name)) for name in CLASSES}}


def _methods(kind):
    methods = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_") or name in ALSO}
    return {name: _parameters(method) if callable(method) else None for name, method in methods.items()}


def _parameters(method):
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return [[each.name, each.default is not each.empty or each.kind is each.VAR_POSITIONAL] for each in parameters]
