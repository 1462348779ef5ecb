"""Makes files in the order of a set of strings, which differs from run to run."""
import os

names = {f"name-{n}" for n in range(20)}
os.mkdir("out")
for name in names:
    with open(os.path.join("out", name), "w", encoding="utf-8") as out:
        out.write(name * 3 + "\n")
for name in list(names):
    if name.endswith("7"):
        os.remove(os.path.join("out", name))
print(len(os.listdir("out")))
