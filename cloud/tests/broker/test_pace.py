from pgc.broker.pace import Bucket


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_free_and_what_exceeds_it_waits():
    bucket = Bucket(rate=10, burst=5, clock=Clock())
    assert [bucket.spend(1) for _ in range(7)] == [0, 0, 0, 0, 0, 0.1, 0.2]


def test_it_fills_up_to_the_burst():
    clock = Clock()
    bucket = Bucket(rate=10, burst=5, clock=clock)
    bucket.spend(15)
    clock.now = 0.5
    assert bucket.spend(0) == 0.5
    clock.now = 100.0
    assert bucket.spend(6) == 0.1
