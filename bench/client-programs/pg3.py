"""A NodeServer on udi_interface 3.4.7, the SDK of Polyglot 3."""

import time

import job

began = time.perf_counter()
import udi_interface  # noqa: E402

job.imported(began)


class Lamp(udi_interface.Node):
    id = "lamp"
    drivers = job.DRIVERS


poly = udi_interface.Interface([])
poly.start("1.0.0")
nodes = [Lamp(poly, "controller", "node%d" % number, "Node") for number in range(job.wanted()["nodes"])]
job.work(nodes, lambda: poly.connected and poly.subscribed)
