"""A NodeServer on our pgc_interface."""

import time

import job

began = time.perf_counter()
import pgc_interface  # noqa: E402

job.imported(began)


class Lamp(pgc_interface.Node):
    id = "lamp"
    drivers = job.DRIVERS


class Bench(pgc_interface.Controller):
    def start(self):
        nodes = [Lamp(self, "controller", "node%d" % number, "Node") for number in range(job.wanted()["nodes"])]
        job.work(nodes, lambda: poly.connected)


poly = pgc_interface.Interface()
poly.start()
Bench(poly).runForever()
