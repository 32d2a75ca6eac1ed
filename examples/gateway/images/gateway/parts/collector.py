"""Keeps what sensors publish. A message that was not kept yet when the power went is the broker's to send again."""

from mqtt import Client
from store import Store

store = Store("store")


def keep(topic, text):
    store.ask("LPUSH", topic, text)
    store.ask("LTRIM", topic, "0", "999")
    store.ask("INCR", "readings")


broker = Client("broker", "collector", keep=True)
broker.subscribe("sensors/#")
print("collecting", flush=True)
broker.messages(keep)
