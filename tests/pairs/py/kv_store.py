"""A store of keys and values in one log: every change is appended and synced, and a compaction
writes the log anew beside the old one."""

import os
import struct
import sys

HEADER = struct.Struct("<BHI")
PUT, DELETE = 1, 2


class Store:
    def __init__(self, path):
        self.path = path
        self.values = {}
        self.log = open(path, "a+b")
        self.log.seek(0)
        while header := self.log.read(HEADER.size):
            kind, n_key, n_value = HEADER.unpack(header)
            key, value = self.log.read(n_key), self.log.read(n_value)
            if kind == PUT:
                self.values[key] = value
            else:
                self.values.pop(key, None)

    def append(self, kind, key, value=b""):
        self.log.write(HEADER.pack(kind, len(key), len(value)) + key + value)
        self.log.flush()
        os.fdatasync(self.log.fileno())

    def put(self, key, value):
        self.values[key] = value
        self.append(PUT, key, value)

    def delete(self, key):
        if self.values.pop(key, None) is None:
            raise KeyError(key.decode())
        self.append(DELETE, key)

    def compact(self):
        fresh = self.path + ".compact"
        old, self.log = self.log, open(fresh, "wb")
        for key in sorted(self.values):
            value = self.values[key]
            self.log.write(HEADER.pack(PUT, len(key), len(value)) + key + value)
        self.log.flush()
        os.fsync(self.log.fileno())
        os.rename(fresh, self.path)
        old.close()


def main(path):
    store = Store(path)
    status = 0
    for line in sys.stdin:
        command, *words = line.split()
        key = words[0].encode() if words else b""
        if command == "put":
            store.put(key, words[1].encode())
        elif command == "get":
            print(store.values.get(key, b"(none)").decode())
        elif command == "compact":
            store.compact()
        else:
            try:
                store.delete(key)
            except KeyError as e:
                print(f"no key {e}", file=sys.stderr)
                status = 1
    print(f"{len(store.values)} keys")
    return status


sys.exit(main(sys.argv[1]))
