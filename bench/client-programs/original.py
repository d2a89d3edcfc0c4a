"""A NodeServer on the original pgc_interface 1.1.9."""

import time

import job

began = time.perf_counter()
import pgc_interface  # noqa: E402

job.imported(began)


class Lamp(pgc_interface.Node):
    id = "lamp"
    drivers = job.DRIVERS


class Bench(pgc_interface.Controller):
    id = "controller"
    drivers = [{"driver": "ST", "value": 1, "uom": 2}]

    def start(self):
        nodes = [Lamp(self, "controller", "node%d" % number, "Node") for number in range(job.wanted()["nodes"])]
        job.work(nodes, lambda: poly.connected)


poly = pgc_interface.Interface()
poly.start()
Bench(poly)
time.sleep(600)
