"""As much of MQTT 3.1.1 as the gateway needs: text, at least once."""

import socket


class Client:
    def __init__(self, host, name, keep=False):
        self.socket = socket.create_connection((host, 1883), timeout=60)
        flags = 0 if keep else 2
        self._send(0x10, _text("MQTT") + bytes([4, flags]) + (120).to_bytes(2) + _text(name))
        kind, body = self._receive()
        if kind != 0x20 or body[1] != 0:
            raise ConnectionError(f"the broker refuses the connection: {body!r}")

    def publish(self, topic, text):
        """Comes back when the broker has it."""
        self._send(0x32, _text(topic) + (1).to_bytes(2) + text.encode())
        while self._receive()[0] != 0x40:
            pass

    def subscribe(self, topic):
        self._send(0x82, (1).to_bytes(2) + _text(topic) + b"\x01")

    def messages(self, take):
        """Gives each message to `take`; the broker forgets it when that comes back."""
        while True:
            try:
                kind, body = self._receive()
            except TimeoutError:
                self._send(0xC0, b"")
                continue
            if kind & 0xF0 != 0x30:
                continue
            length = int.from_bytes(body[:2])
            topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
            if kind & 6:
                take(topic, rest[2:].decode())
                self._send(0x40, rest[:2])
            else:
                take(topic, rest.decode())

    def _send(self, kind, body):
        length, size = len(body), b""
        while True:
            length, digit = divmod(length, 128)
            size += bytes([digit | (0x80 if length else 0)])
            if not length:
                break
        self.socket.sendall(bytes([kind]) + size + body)

    def _receive(self):
        kind, size, shift = self._read(1)[0], 0, 0
        while True:
            digit = self._read(1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                return kind, self._read(size)

    def _read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the broker is gone")
            data += more
        return data


def _text(text):
    data = text.encode()
    return len(data).to_bytes(2) + data
