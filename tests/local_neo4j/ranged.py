"""A file server that knows byte ranges, as Maven repositories do, and counts what it sent."""

from collections import Counter
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import ClassVar


class RangedHandler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sent: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        whole = file.read_bytes()
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
        self.send_header("Content-Length", str(len(whole) - start))
        self.end_headers()
        self.wfile.write(whole[start:])
        self.sent[file.name] += len(whole) - start

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the base class's
        return
