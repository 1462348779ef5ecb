"""Pack records of a CSV file into a binary format with a header, and write it to standard output."""

import csv
import struct
import sys
import zlib


def main(path):
    body = b""
    n = 0
    with open(path, newline="", encoding="utf-8") as f:
        for name, x, y, flags in csv.reader(f):
            text = name.encode()
            body += struct.pack("<H", len(text)) + text
            body += struct.pack("<idB", int(x), float(y), int(flags, 2))
            n += 1
    sys.stdout.buffer.write(b"REC\0" + struct.pack(">HII", 2, n, zlib.crc32(body)) + body)


main(sys.argv[1])
