#!/usr/bin/env python3
"""Prepares a release, has it reviewed, and is the reviewer as well.

The effect `review.ask` (of Examples/OwnHandlers) asks its reviewer over HTTP and waits. The reviewer, this program,
answers when it likes: here, when somebody at the terminal has decided.
"""

import argparse
import http.server
import json
import queue
import sys
import threading
import urllib.error

from ensue import Ensue, Refused


class Reviews(http.server.BaseHTTPRequestHandler):
    """Takes questions: acknowledges them at once, for deciding may take long."""

    asked = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.put(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def decide(question, answer):
    while answer not in ("yes", "no"):
        answer = input(f"{question} (yes/no) ").strip().lower()
    return answer == "yes"


def run(ensue, version, answer):
    # The key makes it one release and one review, however often the program is run.
    event = ensue.record("releases.Prepared", {"version": version}, key=f"release-{version}")
    print(f"event {event['id']}: release {version} is prepared")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reviews)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    effect = ensue.request(
        "review.ask",
        {"reviewer": f"http://127.0.0.1:{server.server_port}/", "question": f"May {version} go out?"},
        key=f"review-{version}",
    )
    print(f"effect {effect['id']}: " + ("requested before" if effect["duplicate"] else "the review is requested"))

    if not effect["duplicate"]:
        # Only this run gets the token; a real program would keep it in its database.
        question = Reviews.asked.get(timeout=60)
        try:
            ensue.complete(question["token"], {"approved": decide(question["question"], answer)})
        except (EOFError, KeyboardInterrupt):
            ensue.fail(question["token"], "nobody decided")

    review = ensue.effect(effect["id"], wait=0 if effect["duplicate"] else 30)
    print(f"effect {effect['id']}: {review['state']}, {result(review)}")


def result(review):
    if "error" in review:
        return review["error"]
    if review["state"] == "completed":
        return json.dumps(review["output"])
    # As when the run that had the token was interrupted.
    return f"not decided; POST /v1/effects/{review['id']}/complete decides without the token"


def main():
    parser = argparse.ArgumentParser(description="Has a release reviewed through Ensue.")
    parser.add_argument("version", help="the release, such as 1.2")
    parser.add_argument("--answer", choices=["yes", "no"], help="decide so, instead of asking at the terminal")
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--key", help="an API key, if the server demands one")
    options = parser.parse_args()
    try:
        run(Ensue(options.server, options.key), options.version, options.answer)
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; the review stays as it is")
    except queue.Empty:
        sys.exit("nobody asked for the review within a minute; is the server working?")
    except urllib.error.URLError as error:
        sys.exit(f"no answer from {options.server}: {error.reason}")


if __name__ == "__main__":
    main()
