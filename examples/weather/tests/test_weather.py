"""The NodeServer as a whole, as its ISY and its owner see it; `platform` comes with the SDK."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent


def start(platform, **params):
    return platform.start(folder=FOLDER, params=params)


def test_the_station_has_three_instruments_with_values(platform):
    station = start(platform, location="Bern")
    assert sorted(station.nodes) == ["air", "controller", "rain", "wind"]
    assert float(station.driver("air", "BARPRES")) > 900
    assert station.notices == {}


def test_a_place_that_is_missing_or_odd_is_told_until_it_is_put_right(platform):
    station = start(platform)
    assert "Set <b>location</b>" in station.notices["location"]
    station.set_params({"location": "<1>"})
    assert "&lt;1&gt;" in station.notices["location"]
    station.set_params({"location": "Bern"})
    assert station.notices == {}


def test_the_owners_units_show_in_the_values_and_their_uoms(platform):
    station = start(platform, location="Bern")
    celsius = float(station.driver("air", "ST"))
    assert station.uom("air", "ST") == "4"
    station.set_params({"units": "Imperial"})
    assert station.uom("air", "ST") == "17"
    assert abs(float(station.driver("air", "ST")) - (celsius * 1.8 + 32)) < 0.2


def test_units_that_nobody_knows_are_told(platform):
    station = start(platform, location="Bern", units="stone")
    assert "not 'stone'" in station.notices["units"]
    assert station.uom("air", "ST") == "4"


def test_the_weather_changes_with_each_short_poll(platform):
    station = start(platform, location="Bern")
    speeds = []
    for _ in range(6):
        platform.advance(1)
        speeds.append(station.driver("wind", "ST"))
    assert len(set(speeds)) > 3


def test_each_long_poll_is_a_heartbeat(platform):
    station = start(platform, location="Bern")
    platform.advance(180)
    assert [beat.command for beat in station.commands] == ["DON", "DOF", "DON"]
