"""A line server on a port that the kernel chooses, and the clients that talk to it."""

import socket
import sys
import threading


def serve(listener, n_clients):
    for _ in range(n_clients):
        connection, _ = listener.accept()
        with connection, connection.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                connection.sendall(line.upper().encode())


def ask(port, lines):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall("".join(lines).encode())
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while part := s.recv(4096):
            answer += part
    return answer.decode()


def main(paths):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    server = threading.Thread(target=serve, args=(listener, len(paths)))
    server.start()
    for path in paths:
        with open(path, encoding="utf-8") as f:
            sys.stdout.write(ask(port, f.readlines()))
    server.join()
    listener.close()


main(sys.argv[1:])
