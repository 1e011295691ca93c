"""What a Python program needs of Ensue's HTTP API, with the standard library alone."""

import json
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """What the server refused. `problem` is its explanation: a problem document of RFC 9457."""

    def __init__(self, problem):
        super().__init__(problem.get("detail") or problem.get("title"))
        self.problem = problem


class Ensue:
    def __init__(self, url="http://127.0.0.1:8080", key=None):
        self.url = url.rstrip("/")
        self.headers = {"Content-Type": "application/json"}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def record(self, type, data, key=None):
        """Records an event. With a key it may be called again: there will be one event."""
        return self._call("POST", "/v1/events", {"type": type, "data": data, "key": key})

    def request(self, kind, payload, key=None):
        """Requests an effect. With a key it may be called again: there will be one effect."""
        return self._call("POST", "/v1/effects", {"kind": kind, "payload": payload, "key": key})

    def effect(self, id, wait=0):
        """Reads an effect: as soon as it has ended, and after `wait` seconds (at most 60) at the latest."""
        return self._call("GET", f"/v1/effects/{id}?wait={wait}", timeout=wait + 10)

    def complete(self, token, output):
        """Completes a deferred effect. The token is all that one needs."""
        return self._settle(token, {"outcome": "completed", "output": output})

    def fail(self, token, error):
        """Says that a deferred effect has failed for good."""
        return self._settle(token, {"outcome": "failed", "error": error})

    def _settle(self, token, outcome):
        return self._call("POST", f"/v1/completions/{urllib.parse.quote(token, safe='')}", outcome)

    def _call(self, method, path, body=None, timeout=10):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(json.load(error)) from None
