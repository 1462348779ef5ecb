"""Worker threads that take from one queue and write a file each."""
import queue
import threading

work = queue.Queue()
for n in range(16):
    work.put(n)


def worker():
    while True:
        try:
            n = work.get_nowait()
        except queue.Empty:
            return
        with open(f"out{n:02}", "w", encoding="utf-8") as out:
            out.write(f"{n * n}\n")


threads = [threading.Thread(target=worker) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done")
