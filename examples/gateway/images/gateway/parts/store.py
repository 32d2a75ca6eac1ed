"""As much of Redis' protocol (RESP 2) as the gateway needs."""

import socket


class Store:
    def __init__(self, host):
        self.stream = socket.create_connection((host, 6379), timeout=60).makefile("rwb")

    def ask(self, *words):
        parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
        self.stream.write(f"*{len(words)}\r\n{''.join(parts)}".encode())
        self.stream.flush()
        return self._answer()

    def _answer(self):
        line = self.stream.readline().decode().rstrip("\r\n")
        if not line:
            raise ConnectionError("the store is gone")
        kind, rest = line[0], line[1:]
        if kind == "-":
            raise RuntimeError(rest)
        if kind == "$":
            size = int(rest)
            return None if size < 0 else self.stream.read(size + 2)[:-2].decode()
        if kind == "*":
            return [self._answer() for _ in range(int(rest))]
        return rest
