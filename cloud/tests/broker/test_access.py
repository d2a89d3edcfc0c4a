import pytest

from pgc.broker.access import Login, hash_secret, may_publish, may_subscribe, new_secret, proves

ALICE = Login("alice", hash_secret("open sesame"), "prod/isy/alice")


def test_secrets_are_long_and_never_the_same():
    assert len({new_secret() for _ in range(100)}) == 100
    assert all(len(new_secret()) >= 43 for _ in range(10))  # 256 bits in base64


def test_only_its_own_secret_proves_a_login():
    assert proves(ALICE, "open sesame")
    assert not proves(ALICE, "open barley")
    assert not proves(ALICE, None)
    assert not proves(None, "open sesame")
    assert not proves(None, None)


@pytest.mark.parametrize("prefix", ["", "/", "prod/", "/prod", "prod/#", "+/alice", "$SYS"])
def test_a_prefix_is_literal(prefix):
    with pytest.raises(ValueError, match="prefix"):
        Login("alice", "", prefix)


@pytest.mark.parametrize(
    "topic", ["prod/isy/alice/ns", "prod/isy/alice/ns/alice", "prod/isy/alice//", "prod/isy/alice/ü"]
)
def test_may_publish_below_the_prefix(topic):
    assert may_publish(ALICE, topic)


FOREIGN = [
    "",
    "#",
    "+",
    "prod",
    "prod/#",
    "prod/isy/alice",
    "prod/isy/alice/",
    "prod/isy/alice2/ns",
    "prod/isy/bob/ns",
    "prod/+/alice/ns",
    "prod/isy/+/ns",
    "Prod/isy/alice/ns",
    "/prod/isy/alice/ns",
    "$SYS/broker",
    "$share/g/prod/isy/alice/ns",
    "prod/isy/alice/\0",
    "prod/isy/alice/" + "x" * 1024,
]


@pytest.mark.parametrize("topic", [*FOREIGN, "prod/isy/alice/#", "prod/isy/alice/+", "prod/isy/alice/a+b"])
def test_may_not_publish_elsewhere(topic):
    assert not may_publish(ALICE, topic)


@pytest.mark.parametrize(
    "filter_", ["prod/isy/alice/#", "prod/isy/alice/+/x", "prod/isy/alice/ns", "prod/isy/alice/+/#"]
)
def test_may_subscribe_below_the_prefix(filter_):
    assert may_subscribe(ALICE, filter_)


@pytest.mark.parametrize(
    "filter_",
    [
        *FOREIGN,
        "prod/isy/alice#",
        "prod/isy/alice/a#",
        "prod/isy/alice/#/x",
        "prod/isy/alice/a+",
        "prod/isy/alice/" + "/" * 32,
    ],
)
def test_may_not_subscribe_elsewhere(filter_):
    assert not may_subscribe(ALICE, filter_)
