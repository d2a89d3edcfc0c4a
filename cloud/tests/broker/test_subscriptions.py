import pytest

from pgc.broker.subscriptions import Subscriptions


@pytest.mark.parametrize(
    ("filter_", "topic", "matches"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "ab", False),
        ("a/+", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a/+/#", "a/b", True),
        ("a/+/#", "a", False),
    ],
)
def test_matching(filter_, topic, matches):
    table = Subscriptions()
    table.add("one", filter_, 1)
    assert table.match(topic) == ({"one": 1} if matches else {})


def test_a_subscriber_is_found_once_with_its_highest_qos():
    table = Subscriptions()
    table.add("one", "a/#", 0)
    table.add("one", "a/b", 1)
    table.add("two", "a/+", 0)
    assert table.match("a/b") == {"one": 1, "two": 0}


def test_subscribing_again_replaces_the_qos():
    table = Subscriptions()
    table.add("one", "a", 1)
    table.add("one", "a", 0)
    assert table.match("a") == {"one": 0}


def test_removing_leaves_the_others_and_no_empty_levels():
    table = Subscriptions()
    table.add("one", "a/b/c", 1)
    table.add("two", "a/b", 1)
    table.remove("one", "a/b/c")
    table.remove("one", "never/there")
    assert (table.match("a/b/c"), table.match("a/b"), table.of("one")) == ({}, {"two": 1}, frozenset())
    table.forget("two")
    assert table.match("a/b") == {}
    assert table._root.below == {}
