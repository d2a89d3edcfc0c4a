import pytest
from room import COLDEST, OUTSIDE, SLACK, WARMEST, Mode, Room, State, allowed


def pass_minutes(room, minutes):
    temperatures = []
    for _ in range(minutes):
        room.advance()
        temperatures.append(room.temperature)
    return temperatures


def test_a_cold_room_is_heated_to_its_set_point_and_kept_there():
    room = Room(temperature=16, heat_to=21, mode=Mode.HEAT)
    room.advance()
    assert room.state is State.HEATING
    later = pass_minutes(room, 500)[100:]
    assert 21 - 2 * SLACK < min(later) < 21 < max(later) < 21 + 2 * SLACK


def test_a_warm_room_is_cooled_only_when_cooling_is_chosen():
    warm = {"temperature": 30, "cool_to": 25}
    cooling, heating = Room(mode=Mode.COOL, **warm), Room(mode=Mode.HEAT, **warm)
    cooling.advance()
    heating.advance()
    assert (cooling.state, heating.state) == (State.COOLING, State.IDLE)


@pytest.mark.parametrize(("temperature", "state"), [(15, State.HEATING), (23, State.IDLE), (30, State.COOLING)])
def test_auto_does_what_is_needed(temperature, state):
    room = Room(temperature=temperature, heat_to=21, cool_to=25, mode=Mode.AUTO)
    room.decide()
    assert room.state is state


def test_a_room_that_is_off_drifts_to_the_outside():
    room = Room(temperature=21, mode=Mode.OFF)
    pass_minutes(room, 2000)
    assert room.state is State.IDLE
    assert room.temperature == pytest.approx(OUTSIDE, abs=0.1)


def test_the_shown_temperature_changes_every_few_minutes():
    shown = [round(temperature, 1) for temperature in pass_minutes(Room(), 60)]
    assert all(len(set(shown[start : start + 4])) >= 3 for start in range(57))


@pytest.mark.parametrize(("asked", "given"), [(-40, COLDEST), (21.5, 21.5), (99, WARMEST)])
def test_set_points_stay_within_bounds(asked, given):
    assert allowed(asked) == given
