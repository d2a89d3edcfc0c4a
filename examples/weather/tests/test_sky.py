import pytest
from sky import DAY, Sky
from units import IMPERIAL, METRIC


def readings(sky, steps):
    for _ in range(steps):
        sky.advance()
        yield sky.temperature, sky.humidity, sky.pressure, sky.wind, sky.gust, sky.direction, sky.rain_rate


def test_a_place_always_begins_with_the_same_weather():
    assert list(readings(Sky("Berlin"), 50)) == list(readings(Sky("Berlin"), 50))
    assert list(readings(Sky("Berlin"), 1)) != list(readings(Sky("Lima"), 1))


@pytest.mark.parametrize("place", ["Berlin", "Lima", "Oslo"])
def test_the_weather_of_a_month_stays_believable(place):
    sky = Sky(place)
    for temperature, humidity, pressure, wind, gust, direction, rate in readings(sky, 30 * DAY // 10):
        assert -30 < temperature < 45
        assert 20 <= humidity <= 100
        assert 970 <= pressure <= 1050
        assert 0 <= wind <= gust
        assert 1 <= direction <= 360
        assert rate >= 0
        assert sky.dew_point <= temperature + 0.01


def test_rain_adds_up_and_begins_again_at_midnight():
    sky = Sky("Bergen")
    fallen = []
    while sky.minute < 20 * DAY:
        sky.advance()
        fallen.append((sky.minute % DAY, sky.rain_today))
    assert max(amount for _, amount in fallen) > 1
    assert all(amount < 2 for minute, amount in fallen if minute == 0)


def test_wind_changes_with_every_reading():
    speeds = [METRIC["speed"].convert(reading[3]) for reading in readings(Sky("Berlin"), 100)]
    assert sum(before != after for before, after in zip(speeds, speeds[1:])) > 80


@pytest.mark.parametrize(
    ("what", "metric", "imperial"),
    [("temperature", 100, 212), ("speed", 100, 62.1), ("pressure", 1013.25, 29.92), ("rain", 25.4, 1)],
)
def test_imperial_values(what, metric, imperial):
    assert IMPERIAL[what].convert(metric) == imperial
