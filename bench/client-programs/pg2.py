"""A NodeServer on polyinterface 2.1.0, the SDK of Polyglot 2."""

import time

import job

began = time.perf_counter()
import polyinterface  # noqa: E402

job.imported(began)


class Lamp(polyinterface.Node):
    id = "lamp"
    drivers = job.DRIVERS


class Home:
    def __init__(self, poly):
        self.poly = poly


poly = polyinterface.Interface()
poly.start()
nodes = [Lamp(Home(poly), "controller", "node%d" % number, "Node") for number in range(job.wanted()["nodes"])]
job.work(nodes, lambda: poly.connected)
