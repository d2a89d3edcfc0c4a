"""The NodeServer as a whole, as its ISY and its owner see it; `platform` comes with the SDK."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent


@pytest.fixture
def house(platform):
    return platform.start(folder=FOLDER, params={"rooms": "Kitchen, Bath room"})


def test_each_room_that_the_owner_names_has_a_thermostat(house):
    assert sorted(house.nodes) == ["controller", "r_bathroom", "r_kitchen"]
    assert house.node("r_bathroom").name == "Bath room"
    assert house.driver("controller", "GV0") == "2"
    house.set_params({"rooms": "Kitchen, Cellar, Attic"})
    assert sorted(house.nodes) == ["controller", "r_attic", "r_cellar", "r_kitchen"]
    assert house.driver("controller", "GV0") == "3"


def test_without_a_name_there_is_one_room(platform):
    assert sorted(platform.start(folder=FOLDER).nodes) == ["controller", "r_livingroom"]


def test_a_name_that_gives_no_address_of_its_own_is_told_in_a_notice_until_it_is_put_right(house):
    house.set_params({"rooms": "Kitchen, kitchen!, <b>"})
    assert "left out: kitchen!" in house.notices["rooms"]
    assert "<b>" not in house.notices["rooms"]
    house.set_params({"rooms": "Kitchen"})
    assert house.notices == {}


def test_a_set_point_of_the_isy_shows_at_once_and_is_kept_within_bounds(house):
    house.command("r_kitchen", "CLISPH", "22.5", 4)
    assert house.driver("r_kitchen", "CLISPH") == "22.5"
    assert house.driver("r_kitchen", "CLIHCS") == "1"
    house.command("r_kitchen", "CLISPC", 99, 4)
    assert house.driver("r_kitchen", "CLISPC") == "35"


def test_a_room_warms_up_minute_by_minute_and_cools_down_when_it_is_off(platform, house):
    platform.advance(10)
    assert float(house.driver("r_kitchen", "ST")) > 20
    assert house.driver("r_bathroom", "ST") == house.driver("r_kitchen", "ST")
    house.command("r_kitchen", "DOF")
    assert house.driver("r_kitchen", "CLIHCS") == "0"
    platform.advance(30)
    assert float(house.driver("r_kitchen", "ST")) < 20
    house.command("r_kitchen", "DON")
    assert house.driver("r_kitchen", "CLIMD") == "1"


def test_what_the_owner_chose_outlives_a_restart(house):
    house.command("r_kitchen", "CLISPH", 23, 4)
    house.command("r_kitchen", "CLIMD", 3, 67)
    house.restart()
    assert (house.driver("r_kitchen", "CLISPH"), house.driver("r_kitchen", "CLIMD")) == ("23", "3")
    assert house.driver("r_bathroom", "CLISPH") == "21"


def test_a_query_reports_every_value_again(house):
    house.forget()
    assert house.query()
    drivers = [(report.address, report.driver) for report in house.reports]
    assert ("controller", "GV0") in drivers
    assert [driver for address, driver in drivers if address == "r_kitchen"] == list(house.node("r_kitchen").drivers)
