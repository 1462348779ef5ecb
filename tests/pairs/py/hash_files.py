"""SHA-256 and CRC-32 of files, as a checksum file, and a check of it afterwards."""

import hashlib
import os
import sys
import zlib


def digest(path):
    sha, crc = hashlib.sha256(), 0
    with open(path, "rb") as f:
        while block := f.read(4096):
            sha.update(block)
            crc = zlib.crc32(block, crc)
    return sha.hexdigest(), crc


def main(folder, target):
    names = sorted(os.listdir(folder))
    with open(target, "w", encoding="ascii") as out:
        for name in names:
            sha, crc = digest(os.path.join(folder, name))
            out.write(f"{sha}  {name}\n")
            print(f"{crc:08x} {name}")
    os.chmod(target, 0o444)
    print(f"{len(names)} files")


main(*sys.argv[1:])
