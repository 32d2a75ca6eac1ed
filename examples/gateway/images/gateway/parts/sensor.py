"""Stands for a sensor: publishes the load of the device, numbered."""

import os
import time

from mqtt import Client

broker = Client("broker", "sensor")
number = 0
while True:
    number += 1
    broker.publish("sensors/load", f"{number} {os.getloadavg()[0]:.2f}")
    time.sleep(5)
