"""A table in a file of fixed records: a change goes to a journal first, is synced, applied, synced,
and the journal is removed. A journal that is there at the start is undone."""

import os
import struct
import sys

ROW = struct.Struct("<I20si")
JOURNAL = "-journal"


def rows(path):
    with open(path, "rb") as f:
        return [ROW.unpack(part) for part in iter(lambda: f.read(ROW.size), b"")]


def recover(path):
    if os.path.exists(path + JOURNAL):
        with open(path + JOURNAL, "rb") as f:
            (index,), old = struct.unpack("<I", f.read(4)), f.read()
        with open(path, "r+b") as f:
            f.seek(index * ROW.size)
            f.write(old)
            f.flush()
            os.fsync(f.fileno())
        os.unlink(path + JOURNAL)
        print(f"row {index} restored", file=sys.stderr)


def update(path, index, row):
    with open(path, "r+b") as f:
        f.seek(index * ROW.size)
        old = f.read(ROW.size)
        with open(path + JOURNAL, "wb") as journal:
            journal.write(struct.pack("<I", index) + old)
            journal.flush()
            os.fsync(journal.fileno())
        f.seek(index * ROW.size)
        f.write(ROW.pack(*row))
        f.flush()
        os.fsync(f.fileno())
    os.unlink(path + JOURNAL)


def main(path, key, amount):
    recover(path)
    table = rows(path)
    for index, (number, name, balance) in enumerate(table):
        if number == int(key):
            if balance + int(amount) < 0:
                print("not enough", file=sys.stderr)
                return 2
            update(path, index, (number, name, balance + int(amount)))
    for number, name, balance in rows(path):
        print(f"{number:4} {name.rstrip(bytes(1)).decode():<20}{balance:8}")
    return 0


sys.exit(main(*sys.argv[1:]))
