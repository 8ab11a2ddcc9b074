"""Requests that arrive slowly, in pieces, without end or broken, against a running server."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from koopkg.config import Settings
from tests.conftest import Server, running_server

JSON = "Content-Type: application/json\r\n"
POST = f"POST /api/v1/search HTTP/1.1\r\nHost: x\r\n{JSON}"
BODY = json.dumps({"q": "Bauhof", "limit": 1})
CHUNK = f"{len(BODY):x}\r\n{BODY}\r\n"


@pytest.fixture(scope="module")
def hasty(tiny: Settings) -> Iterator[Server]:
    """A server that waits one second for a request."""
    with running_server(tiny.data, KOOPKG_REQUEST_TIMEOUT_SECONDS="1") as started:
        yield started


def opened(server: Server, sent: str | bytes) -> socket.socket:
    address = urlsplit(server.address)
    connection = socket.create_connection((address.hostname, address.port), timeout=30)
    connection.sendall(sent.encode() if isinstance(sent, str) else sent)
    return connection


def until_closed(connection: socket.socket) -> bytes:
    """Everything that the server sends until it closes the connection."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def status_and_problem(answer: bytes) -> tuple[int, dict[str, object]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    return int(head.split()[1]), json.loads(body)


def test_head_and_body_of_an_answer_arrive_together(server: Server) -> None:
    """In one piece, so that the client is awakened once; of an answer without a body the head alone."""
    for _ in range(30):
        with opened(server, "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
            assert b'\r\n\r\n{"head"' in connection.recv(65_536)
    for method, path in (("HEAD", "/readyz"), ("OPTIONS", "/api/v1/search")):
        answer = until_closed(opened(server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        assert answer.startswith(b"HTTP/1.1 20")
        assert answer.endswith(b"\r\n\r\n")
    page = until_closed(opened(server, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    assert page.rstrip().endswith(b"</html>")


@pytest.mark.parametrize(
    "half",
    [
        "GET /api/v1/stats HTTP/1.1\r\nHost: x\r\nX-Long: ",
        "GET /api/v1/st",
        f"{POST}Content-Length: 40\r\n\r\n{{",
        f"{POST}Transfer-Encoding: chunked\r\n\r\n{CHUNK}",
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 40\r\n\r\nASK",
    ],
)
def test_half_a_request_is_answered_408_and_closed(half: str, hasty: Server) -> None:
    status, problem = status_and_problem(until_closed(opened(hasty, half)))
    assert (status, problem["status"]) == (408, 408)
    assert "in time" in str(problem["detail"])


def test_connections_that_say_nothing_are_closed(hasty: Server) -> None:
    assert until_closed(opened(hasty, "")) == b""
    assert until_closed(opened(hasty, "\r\n")) == b""


def test_the_second_request_of_a_connection_has_to_be_whole_too(hasty: Server) -> None:
    answer = until_closed(opened(hasty, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHo"))
    first, _, second = answer.partition(b"HTTP/1.1 408")
    assert first.startswith(b"HTTP/1.1 200")
    assert b"request-timeout" in second


def test_line_ends_after_a_request_keep_no_connection(hasty: Server) -> None:
    connection = opened(hasty, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        answer += connection.recv(65_536)
    connection.sendall(b"\r\n")
    assert until_closed(connection) == b""


def test_a_connection_is_kept_as_long_as_its_requests_are_whole(hasty: Server) -> None:
    """Also beyond the time that one of them may take."""
    connection = http.client.HTTPConnection(urlsplit(hasty.address).netloc)
    connection.connect()
    first, ends = connection.sock, time.monotonic() + 1.5
    while time.monotonic() < ends:
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b'{"status":"ok"}'
    assert connection.sock is first
    connection.close()


def test_what_follows_a_refused_body_is_not_read_for_ever(hasty: Server) -> None:
    answer = until_closed(opened(hasty, f"{POST}Content-Length: 5000000\r\n\r\n{{"))
    assert status_and_problem(answer)[0] == 413


def test_others_are_answered_while_half_sent_requests_wait(tiny: Settings) -> None:
    halves = ["GET / HTTP/1.1\r\nHost: x\r\n", f"{POST}Content-Length: 90\r\n\r\n{{"] * 60
    with running_server(tiny.data, KOOPKG_REQUEST_TIMEOUT_SECONDS="2") as started:
        waiting = [opened(started, half) for half in halves]
        for path in ("/healthz", "/api/v1/stats", "/api/v1/search?q=Bauhof", "/sparql?query=ASK%7B%7D", "/"):
            assert started.request(path).status == 200
        with ThreadPoolExecutor(len(waiting)) as threads:
            answers = list(threads.map(until_closed, waiting))
        assert [answer[:12] for answer in answers] == [b"HTTP/1.1 408"] * len(halves)
        assert started.request("/api/v1/stats").status == 200


def test_bodies_in_chunks_are_read(server: Server) -> None:
    answer = until_closed(opened(server, f"{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{CHUNK}0\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"hits":[{' in answer


def test_bodies_in_chunks_are_bounded(server: Server) -> None:
    chunk = "10000\r\n" + " " * 0x10000 + "\r\n"
    with opened(server, f"{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk * 16) as connection:
        status, problem = status_and_problem(until_closed(connection))
    assert status == 413
    assert "1,000,000 bytes" in str(problem["detail"])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"NIX / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 70_000, 431),
        (b"GET /?q=" + b"x" * 70_000, 431),
    ],
)
def test_what_is_no_request_is_refused_as_a_problem(sent: bytes, status: int, server: Server) -> None:
    assert status_and_problem(until_closed(opened(server, sent)))[0] == status
