"""The site below a path of another host, behind a proxy that strips that path: no link, form, redirect or document leads out of it."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote_plus, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from koopkg.config import Settings
from koopkg.model import FACETS
from tests.api.test_pages import browser
from tests.api.test_search_page import LONG
from tests.conftest import Server, running_server

__all__ = ["browser"]

PREFIX = "/daten"
BASE = f"https://example.org{PREFIX}"
OF_ONE_KIND = 3
"""Pages of one kind that a crawl reads; the links of each are all checked to stay within the site."""
UNLINKED = ["/statute/06-kgg", "/source/trapp-2019", "/ontology/", "/vocab/sector/", "/nix", "/healthz", "/favicon.ico", "/robots.txt"]
SEARCHES = [
    "/suche?q=Gemeinde&state=Hessen&lang=en",
    f"/suche?q={quote_plus(LONG)}",
    "/suche?q=Bus&sector=nix",
    "/suche?page=2&q=Gemeinde",
    "/?q=Gemeinde&state=Hessen",
]


@dataclass
class Site:
    """A site at an address, its prefix, and the requests that its proxy had to refuse."""

    address: str
    prefix: str
    refused: list[str] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        """What a browser gets, redirects not followed."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        connection.request("GET", path, headers={"Accept": "text/html,*/*;q=0.5"})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body.decode("latin-1")


@pytest.fixture(scope="module")
def proxied(tiny: Settings) -> Iterator[Site]:
    """The server behind a proxy that passes `/daten/x` on as `/x` and nothing else."""
    refused: list[str] = []
    with running_server(tiny.data, KOOPKG_BASE_URL=BASE) as server:
        upstream = urlsplit(server.address).netloc

        class Proxy(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not self.path.startswith(f"{PREFIX}/"):
                    refused.append(self.path)
                    self.send_error(404)
                    return
                connection = http.client.HTTPConnection(upstream, timeout=30)
                connection.request("GET", self.path.removeprefix(PREFIX), headers={"Accept": self.headers.get("Accept", "*/*")})
                response = connection.getresponse()
                body = response.read()
                self.send_response(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                connection.close()

            def log_message(self, format: str, *args: object) -> None: ...

        with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            yield Site(f"http://127.0.0.1:{proxy.server_address[1]}", PREFIX, refused)
            proxy.shutdown()


@pytest.fixture(params=["below a path", "at the root"])
def site(request: pytest.FixtureRequest, server: Server) -> Site:
    if request.param == "at the root":
        return Site(server.address, "")
    found: Site = request.getfixturevalue("proxied")
    return found


def targets(html: str) -> set[str]:
    """Where a page leads: links, forms, style sheets, scripts, icons, canonical addresses."""
    soup = BeautifulSoup(html, "html.parser")
    found = {str(tag[name]) for name in ("href", "src", "action") for tag in soup.select(f"[{name}]")}
    return found | {str(tag["content"]) for tag in soup.select('meta[property="og:url"]')}


def inside(target: str, at: str, site: Site) -> str | None:
    """The path of a target within the site, None for another site.

    The public address of the site, where one is set, may not be mixed up with the one that the proxy talks to.
    """
    parts = urlsplit(urljoin(at, target))
    if target.startswith(BASE if site.prefix else site.address):
        return parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.netloc:
        assert "127.0.0.1" not in parts.netloc, f"{at} leads to the server behind the proxy: {target}"
        return None
    assert parts.path.startswith(f"{site.prefix}/"), f"{at} leads out of the site: {target}"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def kind(path: str) -> tuple[str, ...]:
    """Paths of one kind differ in slugs and values only, searches in which filters they have."""
    parts = urlsplit(path)
    pattern = re.sub(r"/(case|vocab|static|statute|source|place)/[^/.]+(/[^/.]+)?", lambda found: f"/{found[1]}/*{'/*' if found[2] else ''}", parts.path)
    return pattern, *sorted({"filter" if name in FACETS else name for name in parse_qs(parts.query, keep_blank_values=True)})


def test_a_crawl_of_all_kinds_of_pages_stays_within_the_site_and_finds_every_one(site: Site) -> None:
    _, _, ontology = site.get(f"{site.prefix}/ontology.nt")
    version = re.findall(r"versionIRI> <https://w3id\.org/koopkg([^>]+)>", ontology)
    waiting = deque(site.prefix + path for path in ["/", *version, *UNLINKED, *SEARCHES])
    seen, read, kinds = set(waiting), set[str](), Counter[tuple[str, ...]]()
    while waiting:
        path = waiting.popleft()
        kinds[kind(path)] += 1
        if kinds[kind(path)] > OF_ONE_KIND:
            continue
        status, headers, body = site.get(path)
        read.add(path)
        assert status in ((400, 404) if "nix" in path else (200, 303, 307, 308)), path
        found = {headers["location"]} if "location" in headers else targets(body) if headers["content-type"].startswith("text/html") else set()
        for target in sorted(found):
            inner = inside(target, path, site)
            if inner is not None and inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    assert site.refused == []
    assert version
    relative = {path.removeprefix(site.prefix) for path in read}
    files = {"/openapi.json", "/ontology.ttl", "/static/koopkg.css", "/static/search.js", "/static/favicon.svg"}
    assert {*version, "/", "/vocab", "/ontology", "/sparql", *files} <= relative
    for pattern in (
        r"/case/[\w-]+$",
        r"/vocab/[\w-]+$",
        r"/vocab/[\w-]+/[\w-]+$",
        r"/vocab/[\w-]+/[\w-]+\.jsonld$",
        r"/suche\?.*lang=en",
        rf"/suche\?({'|'.join(FACETS)})=",
        r"/place/\d+$",
    ):
        assert any(re.match(pattern, path) for path in relative), pattern


def test_documents_name_the_public_address(proxied: Site) -> None:
    _, _, described = proxied.get(f"{PREFIX}/openapi.json")
    assert json.loads(described)["servers"] == [{"url": BASE}]
    _, _, rules = proxied.get(f"{PREFIX}/robots.txt")
    assert all(line.split(": ")[1].startswith(f"{PREFIX}/") for line in rules.splitlines() if line.startswith(("Allow", "Disallow")))
    _, _, page = proxied.get(f"{PREFIX}/vocab/legal-form/zweckverband?lang=en")
    soup = BeautifulSoup(page, "html.parser")
    addresses = [str(link["href"]) for link in soup.select("link[rel=canonical], link[rel=alternate]")]
    plain = f"{BASE}/vocab/legal-form/zweckverband"
    assert addresses == [f"{plain}?lang=en", plain, f"{plain}?lang=en", plain]


def test_a_redirect_to_another_site_is_left_alone_and_no_path_names_a_host(site: Site) -> None:
    status, headers, _ = site.get(f"{site.prefix}/ontology/")
    assert (status, headers["location"]) == (307, f"{site.prefix}/ontology")
    _, _, page = site.get(f"{site.prefix}//evil.example/x")
    assert all(urlsplit(target).netloc in ("", "creativecommons.org") for target in targets(page))


def test_a_search_works_below_the_prefix(browser: Browser, proxied: Site) -> None:
    """Style sheet, script and form in a real browser."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{proxied.address}{PREFIX}/")
    assert page.get_by_role("button").evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(11, 92, 83)"
    page.get_by_label("Was haben Sie vor?").fill("Standesamt")
    page.get_by_label("Was haben Sie vor?").press("Enter")
    page.wait_for_url(f"{proxied.address}{PREFIX}/suche?q=Standesamt")
    page.get_by_role("article").first.get_by_role("link").click()
    page.wait_for_url(f"{proxied.address}{PREFIX}/case/standesamt-lossetal")
    context.close()
    assert proxied.refused == []
