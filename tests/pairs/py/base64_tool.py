"""Encode and decode base64, in lines, in both alphabets; what is no base64 is an error."""

import base64
import binascii
import sys


def main(command):
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    if command == "encode":
        out.write(base64.encodebytes(data))
    elif command == "url":
        out.write(base64.urlsafe_b64encode(data) + b"\n")
    else:
        try:
            out.write(base64.b64decode(b"".join(data.split()), validate=True))
        except binascii.Error:
            print("base64_tool: not base64", file=sys.stderr)
            return 1
    return 0


sys.exit(main(sys.argv[1]))
