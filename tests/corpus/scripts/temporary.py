"""Temporary files and directories; one of them becomes a result by rename."""
import os
import tempfile

with tempfile.NamedTemporaryFile("w", dir=".", delete=False) as fresh:
    fresh.write("kept\n")
    fresh.flush()
    os.fsync(fresh.fileno())
os.replace(fresh.name, "result.txt")
with tempfile.TemporaryDirectory() as scratch:
    with open(os.path.join(scratch, "note"), "w", encoding="utf-8") as note:
        note.write("gone\n")
with tempfile.TemporaryFile() as nameless:
    nameless.write(b"never had a name\n")
print(open("result.txt", encoding="utf-8").read(), end="")
