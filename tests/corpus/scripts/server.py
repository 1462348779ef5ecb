"""A web server on a port that the kernel picks; a child fetches from it, then both end."""
import http.server
import subprocess
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args):
        super().__init__(*args, directory="site")

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return "Thu, 01 Jan 1970 00:00:00 GMT"


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever).start()
url = f"http://127.0.0.1:{server.server_port}/data.json"
try:
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "-o", "fetched.json", url])
finally:
    server.shutdown()
print("curl:", done.returncode)
