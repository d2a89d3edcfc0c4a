"""The pauses before a NodeServer is started again, and when it is given up."""

from pgc.nodeservers.backoff import Policy, Troubles

POLICY = Policy()


def within(pause: float | None, longest: float) -> bool:
    return pause is not None and 0.75 * longest <= pause <= longest


def test_pauses_double_up_to_the_longest() -> None:
    troubles = Troubles(POLICY)
    assert all(within(troubles.failed(), longest) for longest in (1, 2, 4, 8, 16, 32, 60, 60, 60))


def test_pauses_differ_so_that_many_do_not_rise_together() -> None:
    assert len({Troubles(POLICY).failed() for _ in range(20)}) > 10


def test_a_start_that_fails_is_tried_for_ever() -> None:
    troubles = Troubles(POLICY)
    assert all(troubles.failed() <= POLICY.longest for _ in range(10_000))


def test_more_than_five_crashes_in_five_minutes_are_too_many() -> None:
    troubles = Troubles(POLICY)
    assert all(troubles.crashed(now, 0.5) is not None for now in (0, 60, 120, 180, 240))
    assert troubles.crashed(299, 0.5) is None


def test_crashes_that_are_further_apart_are_borne() -> None:
    troubles = Troubles(POLICY)
    assert all(troubles.crashed(now, 1) is not None for now in range(0, 10_000, 61))


def test_a_run_that_was_well_for_five_minutes_makes_all_forgotten() -> None:
    troubles = Troubles(POLICY)
    for now in range(5):
        troubles.crashed(now, 0)
    assert within(troubles.crashed(305, 300), 1)
    assert within(troubles.crashed(306, 299), 2), "this one was not well for so long"


def test_failed_starts_are_no_crashes() -> None:
    troubles = Troubles(POLICY)
    for _ in range(20):
        troubles.failed()
    assert within(troubles.crashed(0, 0), 60)


def test_a_restart_that_is_rare_is_not_put_off() -> None:
    troubles = Troubles(POLICY)
    assert [troubles.restarted(300) for _ in range(10)] == [0.0] * 10


def test_restarts_without_end_are_put_off_more_and_more() -> None:
    troubles = Troubles(POLICY)
    assert troubles.restarted(1) == 0.0
    assert all(within(troubles.restarted(1), longest) for longest in (2, 4, 8, 16, 32, 60, 60))
