"""A local server with the part of the Hub's HTTP API that a download uses."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Repository:
    """The files of each commit, and what branches and tags stand for."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    private: bool = False
    gated: bool = False

    def commit(self, files: dict[str, bytes], ref: str = "main") -> str:
        """A new commit of these files, to which `ref` then leads."""
        sha = hashlib.sha1(json.dumps([sorted(files), len(self.commits), ref]).encode()).hexdigest()
        self.commits[sha], self.refs[ref] = dict(files), sha
        return sha


class StandInHub:
    """Repositories by name, the requests so far, and a hook before each answer."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.asked: list[str] = []
        self.status = 0
        """Answer everything with this status; 0: as it is."""
        self.before: Callable[[str, str], None] = lambda method, path: None
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop to answer."""
        self._server.shutdown()
        self._server.server_close()

    def upload(self, name: str, folder: Path) -> Repository:
        """The files of a folder as a repository's only commit."""
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        repository = self.repositories[name] = Repository()
        repository.commit({**files, ".gitattributes": b"*.safetensors filter=lfs\n"})
        return repository


class _Handler(BaseHTTPRequestHandler):
    hub: StandInHub
    protocol_version = "HTTP/1.0"  # no connection outlives the server

    def log_message(self, format: str, *args: Any) -> None:
        """Suppress log messages."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(f"{self.command} {path}")
        self.hub.before(self.command, path)
        if self.hub.status:
            return self._send(self.hub.status, b"", {}, body)
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            name, revision = "/".join(parts[2:4]), "/".join(parts[5:]) or "main"
            return self._known(name, revision, lambda sha, files: self._listed(name, sha, files, body), body)
        name, revision = "/".join(parts[:2]), parts[3] if len(parts) > 3 else ""
        wanted = "/".join(parts[4:])
        return self._known(name, revision, lambda sha, files: self._file(sha, files, wanted, body), body)

    def _known(self, name: str, revision: str, then: Callable[..., None], body: bool) -> None:
        """Find the commit and its files, or answer like the Hub that they are missing."""
        repository = self.hub.repositories.get(name)
        if repository is None:
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body)
        if repository.private and "authorization" not in self.headers:
            return self._send(401, b'{"error": "Invalid username or password."}', {}, body)
        if repository.gated:
            return self._send(403, b"{}", {"X-Error-Code": "GatedRepo"}, body)
        sha = repository.refs.get(revision, revision)
        if sha not in repository.commits:
            return self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body)
        return then(sha, repository.commits[sha])

    def _listed(self, name: str, sha: str, files: dict[str, bytes], body: bool) -> None:
        siblings = [{"rfilename": file} for file in sorted(files)]
        held = {"_id": "1", "id": name, "modelId": name, "sha": sha, "private": False, "siblings": siblings}
        held |= {"tags": [], "downloads": 0, "likes": 0}
        self._send(200, json.dumps(held).encode(), {"Content-Type": "application/json"}, body)

    def _file(self, sha: str, files: dict[str, bytes], name: str, body: bool) -> None:
        if name not in files:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": sha}, body)
        data = files[name]
        etag = hashlib.sha256(data).hexdigest()
        return self._send(
            200, data, {"ETag": f'"{etag}"', "X-Repo-Commit": sha, "Accept-Ranges": "bytes"}, body
        )

    def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)
