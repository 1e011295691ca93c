"""What the schemas of the API cannot say: which requests that fit them are refused all the same."""

import schemathesis

# Kinds are known when a worker has registered them, and their handlers look at payloads.
PAYLOADS = [
    ("unknown-kind", ""),
    ("invalid", "the payload"),
    ("invalid", "unknown field"),
    ("invalid", "missing"),
    ("invalid", "elements cannot be accepted"),
]

# The row decides what a delivery becomes, and so which of its names have to be names.
DELIVERIES = PAYLOADS + [("invalid", "the row"), ("invalid", "event type"), ("invalid", "effect kind")]

# By operation: the problem and a part of its text.
REFUSALS = {
    # A CloudEvent has one of two members for data, and rules for the names and values of its other attributes.
    "recordEvents": [("invalid", "data_base64"), ("invalid", "attribute"), ("invalid", "elements cannot be accepted")],
    "requestEffects": PAYLOADS,
    "replayEffect": PAYLOADS,
    # What was wrong with the delivery still is.
    "replayRejection": [("invalid", ""), ("unknown-kind", ""), ("malformed", "not JSON")],
    "takeHasuraDelivery": DELIVERIES,
    "takeHasuraDeliveryAtEndpoint": DELIVERIES,
    # The name stands in the query or in a form.
    "logEvent": [("malformed", "__event__"), ("malformed", "in the query and in the body")],
}

EVERYWHERE = [
    # A body and a header are two places for one key.
    ("malformed", "Idempotency-Key"),
    # Lengths are in bytes, which JSON Schema cannot count.
    ("invalid", "bytes"),
    ("malformed", "bytes"),
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    problem = response.json()
    name = problem.get("type", "").removeprefix("urn:ensue:problem:")
    operation = case.operation.definition.raw.get("operationId")
    known = REFUSALS.get(operation, []) + EVERYWHERE
    return not any(name == refusal and part in problem["detail"] for refusal, part in known)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Shortens a wait that is allowed: the run would spend its time with it."""
    if case.operation.definition.raw.get("operationId") != "readEffect" or not case.query:
        return
    try:
        if 0 <= float(case.query.get("wait")) <= 60:
            case.query["wait"] = 0.01
    except (TypeError, ValueError):
        pass
