# SPDX-License-Identifier: Apache-2.0
"""A server that speaks TLS and wants a bearer token, and a certificate where a CA is given:
tls_server.py PORT CERTIFICATE KEY TOKEN [CLIENT_CA]"""
import http.server
import ssl
import sys

PORT, CERTIFICATE, KEY, TOKEN, *CLIENT_CA = sys.argv[1:]
PAGE = b"desk_orders 7\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        knows = self.headers.get("Authorization") == "Bearer " + TOKEN
        self.send_response(200 if knows else 401)
        self.send_header("Content-Length", str(len(PAGE) if knows else 0))
        self.end_headers()
        if knows:
            self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    # In the thread of the connection: who connects and says nothing holds up nobody.
    def finish_request(self, request, client_address):
        try:
            super().finish_request(CONTEXT.wrap_socket(request, server_side=True), client_address)
        except OSError:
            pass


CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.load_cert_chain(CERTIFICATE, KEY)
if CLIENT_CA:
    CONTEXT.verify_mode = ssl.CERT_REQUIRED
    CONTEXT.load_verify_locations(CLIENT_CA[0])
Server(("127.0.0.1", int(PORT)), Handler).serve_forever()
