"""The import of paho-mqtt alone: the least that an SDK over MQTT can cost."""

import time

import job

began = time.perf_counter()
import paho.mqtt.client  # noqa: E402, F401

job.imported(began)
