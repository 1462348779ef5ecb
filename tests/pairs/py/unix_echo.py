"""A counter behind a unix socket: clients add numbers to it, the last answer is the total."""

import os
import socket
import sys
import threading

PATH = "counter.sock"


def serve(listener, n_clients):
    total = 0
    for _ in range(n_clients):
        connection, _ = listener.accept()
        with connection:
            total += int(connection.recv(64))
            connection.sendall(f"{total}\n".encode())


def main(numbers):
    if os.path.exists(PATH):
        os.unlink(PATH)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(PATH)
        listener.listen()
        server = threading.Thread(target=serve, args=(listener, len(numbers)))
        server.start()
        for number in numbers:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                s.connect(PATH)
                s.sendall(number.encode())
                print(f"{number} -> {s.recv(64).decode().strip()}")
        server.join()
    os.unlink(PATH)


main(sys.argv[1:])
