"""The calls as an ISY gets them, and what becomes of its answers."""

import pytest

from pgc.isy.client import Connection, IsyClient, IsyLogin, NewNode, Reply
from pgc.isy.errors import BadRequest, IsyError, IsyRefused, IsyUnauthorized

from .conftest import PASSWORD, HeldIsy

CONFIG = b"""<?xml version="1.0" encoding="UTF-8"?>
<configuration><deviceSpecs/><app_full_version>5.3.4</app_full_version><app_version>5</app_version></configuration>"""
CONNECTIONS = b"""<?xml version="1.0" encoding="UTF-8"?><connections>
<connection profile="3" type="0" enabled="true"><name>Tmpl</name><ssl>true</ssl><sni>false</sni><port>443</port>
<timeout>0</timeout><isyusernum>0</isyusernum><ip>host</ip><baseurl>/ns/x/3</baseurl><nsuser>pgc</nsuser></connection>
<connection profile="12" enabled="false"><name/><port></port></connection></connections>"""
TMPL = Connection(3, "Tmpl", "host", 443, "/ns/x/3", "pgc", ssl=True)


async def test_node_calls(isy: HeldIsy, client: IsyClient) -> None:
    await client.add_node(3, NewNode("child", "Mom's <TV> & more", "def 1", "ctl"))
    await client.remove_node(3, "child")
    await client.set_hint(12, "child", "0x01020304")
    await client.report_status(3, "child", "GV2", "-0.4148", "56")
    await client.report_request(3, "4711", True)
    await client.report_request(3, "a/b?", False)
    assert [(seen.method, seen.target) for seen in isy.seen] == [
        ("GET", "/rest/ns/3/nodes/n003_child/add/def%201?primary=n003_ctl&name=Moms%20TV%20more"),
        ("GET", "/rest/ns/3/nodes/n003_child/remove"),
        ("GET", "/rest/ns/12/nodes/n012_child/set/hint/0x01020304"),
        ("GET", "/rest/ns/3/nodes/n003_child/report/status/GV2/-0.4148/56"),
        ("GET", "/rest/ns/3/report/request/4711/success"),
        ("GET", "/rest/ns/3/report/request/a%2Fb%3F/fail"),
    ]


async def test_commands_with_and_without_value_and_unit(isy: HeldIsy, client: IsyClient) -> None:
    await client.report_command(3, "ctl", "DON")
    await client.report_command(3, "ctl", "DON", "2")
    await client.report_command(3, "ctl", "DON", "2", "56")
    await client.report_command(3, "ctl", "DON", None, "56")
    base = "/rest/ns/3/nodes/n003_ctl/report/cmd/DON"
    assert isy.paths == [base, f"{base}/2", f"{base}/2/56", base]


async def test_a_part_cannot_climb_out_of_its_path(isy: HeldIsy, client: IsyClient) -> None:
    await client.report_status(3, "a/../../x", "..", "../../reboot", "%2e")
    assert isy.seen[0].target == "/rest/ns/3/nodes/n003_a%2F..%2F..%2Fx/report/status/%2E%2E/..%2F..%2Freboot/%252e"


async def test_a_node_without_a_usable_name_is_named_by_its_address(isy: HeldIsy, client: IsyClient) -> None:
    await client.add_node(3, NewNode("ctl", "???", "ctl", "ctl"))
    assert isy.paths[0].endswith("add/ctl?primary=n003_ctl&name=ctl")


async def test_a_url_over_255_bytes_is_refused_before_it_is_sent(isy: HeldIsy, client: IsyClient) -> None:
    with pytest.raises(BadRequest, match="255"):
        await client.add_node(3, NewNode("ctl", "n" * 200, "ctl", "ctl"))
    assert isy.seen == []


async def test_the_login_is_sent_and_never_shown(isy: HeldIsy, client: IsyClient) -> None:
    await client.remove_node(3, "ctl")
    assert isy.seen[0].headers["Authorization"] == "Basic YWRtaW46YW4gaXN5J3Mgc2VjcmV0"
    assert PASSWORD not in repr(IsyLogin(isy.url, "admin", PASSWORD))


async def test_status_and_reason_code_are_kept(isy: HeldIsy, client: IsyClient) -> None:
    isy.fail("/add/", 400, 5004)
    isy.fail("/remove", 403)
    assert await client.add_node(3, NewNode("ctl", "c", "ctl", "ctl")) == Reply(400, 5004)
    assert await client.remove_node(3, "ctl") == Reply(403)
    assert (await client.remove_node(3, "ctl")).ok


async def test_a_refusal_names_the_reason_in_words() -> None:
    with pytest.raises(
        IsyRefused, match=r"the ISY refused it: the nodedef is not known.*\(400, reason 5006\)"
    ) as refused:
        Reply(400, 5006).expect_ok("it")
    assert (refused.value.isy_status, refused.value.reason) == (400, 5006)


async def test_set_parent_as_real_clients_send_it(isy: HeldIsy, client: IsyClient) -> None:
    await client.set_parent(3, "child", "ctl")
    seen = isy.seen[0]
    assert (seen.method, seen.path) == ("POST", "/services")
    assert seen.headers["SOAPACTION"] == "urn:udi-com:service:X_Insteon_Lighting_Service:1#SetParent"
    assert b"<node>n003_child</node><nodeType>1</nodeType><parent>n003_ctl</parent>" in seen.body


async def test_profile_files_are_posted_as_they_are(isy: HeldIsy, client: IsyClient) -> None:
    await client.upload_profile(3, "nls", "en_us.txt", b"ND-ctl-NAME = \xe4\r\n")
    seen = isy.seen[0]
    assert (seen.method, seen.path) == ("POST", "/rest/ns/profile/3/upload/nls/en_us.txt")
    assert (seen.headers["Content-Type"], seen.body) == ("application/xml", b"ND-ctl-NAME = \xe4\r\n")


async def test_version(isy: HeldIsy, client: IsyClient) -> None:
    isy.bodies["/rest/config"] = CONFIG
    assert await client.version() == "5.3.4"


@pytest.mark.parametrize(
    "body", [b"<html><p>a router</html>", b"<configuration/>", b"", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"]
)
async def test_what_is_no_isy_is_told_apart(isy: HeldIsy, client: IsyClient, body: bytes) -> None:
    isy.bodies["/rest/config"] = body
    with pytest.raises(IsyError, match="does not look like an ISY"):
        await client.version()


async def test_wrong_password(isy: HeldIsy, client: IsyClient) -> None:
    isy.fail("/rest/config", 401)
    with pytest.raises(IsyUnauthorized, match=r"the user or password is wrong \(401\)"):
        await client.version()


async def test_connections(isy: HeldIsy, client: IsyClient) -> None:
    isy.bodies["/rest/profiles/ns/0/connection"] = CONNECTIONS
    isy.bodies["/rest/profiles/ns/3/connection"] = CONNECTIONS
    isy.bodies["/rest/profiles/ns/4/connection"] = b"<connections/>"
    assert [found.slot for found in await client.connections()] == [3, 12]
    assert await client.connection(3) == TMPL
    assert await client.connection(4) is None


async def test_set_and_remove_a_connection(isy: HeldIsy, client: IsyClient) -> None:
    await client.set_connection(3, Connection(3, "My NS", "10.0.0.2", 8090, "/isy/a/3", "u1"), "p&w=?")
    await client.remove_connection(3)
    assert [seen.target for seen in isy.seen] == [
        "/rest/profiles/ns/3/connection/set/network?ip=10.0.0.2&baseurl=/isy/a/3&name=My%20NS&nsuser=u1&nspwd=p%26w%3D%3F"
        "&isyusernum=0&port=8090&timeout=0&ssl=false&enabled=true",
        "/rest/profiles/ns/3/connection/remove",
    ]


async def test_an_answer_without_end_is_cut_off(isy: HeldIsy, client: IsyClient) -> None:
    isy.bodies["/rest/config"] = b"<a>" * (3 * 1024 * 1024)
    with pytest.raises(IsyError, match="longer than"):
        await client.version()


@pytest.mark.parametrize(
    "url", ["", "192.168.1.2", "ftp://isy", "http://", "http://a:b@isy", "http://isy:99999", "http://isy?x"]
)
def test_urls_that_are_no_isys(url: str) -> None:
    with pytest.raises(BadRequest, match="not usable"):
        IsyClient(IsyLogin(url, "admin", "admin"))
