#!/usr/bin/env python3
"""A collector for tests: takes OTLP requests and answers them as it was told to.

usage: collector.py DIR WORD...        over HTTP
       collector.py --grpc DIR WORD... over gRPC (needs python3-grpcio)

The port is written to DIR/port. Request N leaves DIR/N.body (as sent, without its compression)
and DIR/N.head. The Nth WORD says how it is answered; the last one holds for all that follow:

  ok            taken                  partial:N:TEXT  N spans refused, because of TEXT
  note:TEXT     taken, with a remark   NUMBER[:TEXT]   that status, of HTTP or of gRPC
  after:S:NUM   status NUM, and to wait S seconds      to:URL  a redirection
  hang          no answer              drop            the connection is closed
  garbage       200 and no OTLP        huge            200 and 5 MiB
"""
import gzip
import json
import os
import sys
import threading
import time

lock = threading.Lock()
count = 0


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def text_field(number, text):
    data = text.encode()
    return varint(number << 3 | 2) + varint(len(data)) + data


def success(word, is_json):
    kind, _, rest = word.partition(":")
    refused, text = 0, ""
    if kind == "partial":
        number, _, text = rest.partition(":")
        refused = int(number)
    elif kind == "note":
        text = rest
    if is_json:
        inner = {}
        if refused:
            inner["rejectedSpans"] = str(refused)
        if text:
            inner["errorMessage"] = text
        return json.dumps({"partialSuccess": inner} if inner else {}).encode()
    inner = (varint(1 << 3) + varint(refused) if refused else b"") + (text_field(2, text) if text else b"")
    return varint(1 << 3 | 2) + varint(len(inner)) + inner if inner else b""


def failure(text, is_json):
    if is_json:
        return json.dumps({"code": 3, "message": text}).encode()
    return varint(1 << 3) + varint(3) + text_field(2, text)


def keep(folder, head, body):
    global count
    with lock:
        count += 1
        n = count
        for ending, data in (("body", body), ("head", head.encode())):
            with open(os.path.join(folder, f"{n}.part"), "wb") as f:
                f.write(data)
            os.rename(os.path.join(folder, f"{n}.part"), os.path.join(folder, f"{n}.{ending}"))
    return n


def tell_port(folder, port):
    with open(os.path.join(folder, "port.part"), "w") as f:
        f.write(str(port))
    os.rename(os.path.join(folder, "port.part"), os.path.join(folder, "port"))


def serve_http(folder, words):
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

        def answer(self, status, data, kind, more=()):
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            for key, value in more:
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            n = keep(folder, f"{self.command} {self.path}\n{self.headers}", body)
            word = words[min(n, len(words)) - 1]
            kind = self.headers.get("Content-Type", "")
            is_json = kind == "application/json"
            name, _, rest = word.partition(":")
            if name in ("ok", "partial", "note"):
                self.answer(200, success(word, is_json), kind)
            elif name == "after":
                seconds, _, status = rest.partition(":")
                self.answer(int(status), b"", "", [("Retry-After", seconds)])
            elif name == "to":
                self.answer(307, b"", "", [("Location", rest)])
            elif name == "hang":
                time.sleep(60)
            elif name == "drop":
                self.close_connection = True
                self.connection.close()
            elif name == "garbage":
                self.answer(200, b"\xff\xff<html>", kind)
            elif name == "huge":
                self.answer(200, b"x" * (5 << 20), "text/plain")
            else:
                self.answer(int(name), failure(rest, is_json) if rest else b"", kind)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tell_port(folder, server.server_address[1])
    server.serve_forever()


def serve_grpc(folder, words):
    import grpc
    from concurrent import futures

    codes = {code.value[0]: code for code in grpc.StatusCode}

    def export(body, context):
        head = [f"{key}: {value}" for key, value in context.invocation_metadata()]
        n = keep(folder, "\n".join(head) + "\n", body)
        word = words[min(n, len(words)) - 1]
        name, _, rest = word.partition(":")
        if name in ("ok", "partial", "note"):
            return success(word, False)
        if name == "hang":
            time.sleep(60)
        context.abort(codes[int(name)], rest)

    service = "opentelemetry.proto.collector.trace.v1.TraceService"
    handler = grpc.method_handlers_generic_handler(
        service, {"Export": grpc.unary_unary_rpc_method_handler(export)}
    )
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((handler,))
    tell_port(folder, server.add_insecure_port("127.0.0.1:0"))
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    serve = serve_http
    if arguments and arguments[0] == "--grpc":
        serve = serve_grpc
        del arguments[0]
    os.makedirs(arguments[0], exist_ok=True)
    serve(arguments[0], arguments[1:] or ["ok"])
