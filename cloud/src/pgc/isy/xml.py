"""XML from an ISY or a NodeServer: read without entities, DTDs or anything else that reaches outside."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring


class BadXml(ValueError):
    """Not well-formed, or holding what is not read; the text says what."""


def parse(content: bytes) -> Element:
    """The root element. Blank space before the document is let pass, as ISYs do.

    Raises:
        BadXml: it cannot be read.
    """
    try:
        root: Element = fromstring(content.lstrip(), forbid_dtd=False)
    except DefusedXmlException as error:
        raise BadXml(f"holds {type(error).__name__}, which is not read") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadXml(str(error)) from error
    return root
