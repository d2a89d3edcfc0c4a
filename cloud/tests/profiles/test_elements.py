"""XML from strangers: lines are told, and what is made to hurt its reader is not read."""

import pytest

from pgc.profiles.elements import DEEPEST, MOST_ELEMENTS, BadXml, read_document


def test_elements_know_their_lines_also_after_blank_ones() -> None:
    document = read_document(
        b"\n\n<?xml version='1.0'?>\n<!-- a word -->\n<a>\n <B id='1'/>\n <c><b id='2'/></c>\n</a>"
    )
    assert (document.root.line, document.comment) == (5, 4)
    assert [(found.get("id"), found.line) for found in document.root.everywhere("b")] == [("1", 6), ("2", 7)]
    assert [found.get("id") for found in document.root.named("b")] == ["1"]
    assert document.root.get("gone") == ""


@pytest.mark.parametrize(
    ("content", "line", "text"),
    [
        (b"", 1, "no element found"),
        (b"<a>\n<b></a>", 2, "mismatched tag"),
        (b"\n\n<a>\n&</a>", 4, "not well-formed"),
        (b"<a/>\n<a/>", 2, "junk after document element"),
        (b"<a>\n&foo;</a>", 2, "undefined entity"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", 1, "encoding"),
        (b"<?xml version='1.0' encoding='shift_jis'?><a/>", 1, "encoding"),
        (b"\xff\xfea", 1, "[a-z]"),
        (b"<a b='1' b='2'/>", 1, "duplicate attribute"),
    ],
)
def test_what_is_not_well_formed_is_told_with_its_line(content: bytes, line: int, text: str) -> None:
    with pytest.raises(BadXml, match=text) as caught:
        read_document(content)
    assert caught.value.line == line


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'ha'}'>" for n in range(10))


@pytest.mark.parametrize(
    "content",
    [
        f"<!DOCTYPE a [{LAUGHS}]><a>&l9;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        f"<!DOCTYPE a [<!ATTLIST b c CDATA '{'x' * 100_000}'>]><a>{'<b/>' * 20_000}</a>",
    ],
    ids=["billion laughs", "external entity", "attribute bomb"],
)
def test_documents_that_declare_things_are_not_read(content: str) -> None:
    with pytest.raises(BadXml, match=r"^it declares .* not read"):
        read_document(content.encode())


def test_a_plain_doctype_does_no_harm() -> None:
    assert read_document(b"<!DOCTYPE nodeDefs SYSTEM 'nodedefs.dtd'><nodeDefs/>").root.tag == "nodeDefs"


def test_what_lies_in_one_of_its_own_kind_belongs_to_that_one() -> None:
    """Else a file of forty in each other would be read forty times."""
    root = read_document(b"<a><b id='1'><c><b id='2'/></c></b><b id='3'/></a>").root
    assert [found.get("id") for found in root.everywhere("b")] == ["1", "3"]


@pytest.mark.parametrize("content", [b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>", b"<a>" * (DEEPEST + 1)])
def test_size_and_depth_are_bounded(content: bytes) -> None:
    with pytest.raises(BadXml, match=r"^more than"):
        read_document(content)
