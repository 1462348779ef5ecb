"""Datagrams on loopback: numbered, answered, and too late counted as lost."""

import socket
import sys
import threading


def answer(server, n):
    for _ in range(n):
        data, address = server.recvfrom(2048)
        if data.startswith(b"ping"):
            server.sendto(b"pong" + data[4:], address)


def main(n):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.bind(("127.0.0.1", 0))
    client.settimeout(0.2)
    thread = threading.Thread(target=answer, args=(server, n + 1))
    thread.start()
    lost = 0
    for i in range(n):
        client.sendto(f"ping {i}".encode(), server.getsockname())
        print(client.recv(2048).decode())
    client.sendto(b"hello", server.getsockname())
    try:
        client.recv(2048)
    except socket.timeout:
        lost += 1
    thread.join()
    print(f"{lost} lost")


main(int(sys.argv[1]))
