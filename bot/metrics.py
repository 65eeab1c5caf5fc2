"""What the office's technician watches: how many turns, how long they took, what waits to go out."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
TIMES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

turns = Counter("naikkelas_turns", "Messages taken in", ["channel", "kind", "result"], registry=REGISTRY)
turn_seconds = Histogram(
    "naikkelas_turn_seconds", "From a message's arrival to its commit", ["channel"], buckets=TIMES, registry=REGISTRY
)
sends = Counter(
    "naikkelas_sends", "Attempts to send, by what became of them", ["channel", "outcome"], registry=REGISTRY
)
send_seconds = Histogram(
    "naikkelas_send_seconds", "One call to a platform", ["channel"], buckets=TIMES, registry=REGISTRY
)
outbox = Gauge("naikkelas_outbox", "Deliveries not yet settled, by state", ["channel", "state"], registry=REGISTRY)
oldest_seconds = Gauge(
    "naikkelas_outbox_oldest_seconds", "Age of the oldest message that waits", ["channel"], registry=REGISTRY
)
writer_waiting = Gauge("naikkelas_writer_waiting", "Messages and results not yet taken by a writer", registry=REGISTRY)
database_up = Gauge("naikkelas_database_up", "1 while the database answers", registry=REGISTRY)
pace_booked = Gauge(
    "naikkelas_pace_booked_seconds", "How far ahead a sender's slots are booked", ["channel"], registry=REGISTRY
)
pace_closed = Gauge(
    "naikkelas_pace_closed_seconds", "How long a platform still wants silence (429)", ["channel"], registry=REGISTRY
)
outages = Gauge(
    "naikkelas_outage",
    "1 while a platform, the database, the outbox or a heartbeat stands still",
    ["kind", "name"],
    registry=REGISTRY,
)
tickets_overdue = Gauge(
    "naikkelas_tickets_overdue", "Questions to officers whose promised answer is late", registry=REGISTRY
)
refused = Counter("naikkelas_webhooks_refused", "Webhooks refused", ["channel", "reason"], registry=REGISTRY)
requests_overdue = Gauge(
    "naikkelas_data_requests_overdue", "Data requests open past their 3 x 24 hours", registry=REGISTRY
)
heartbeats = Counter("naikkelas_heartbeats", "Heartbeats run", ["name", "result"], registry=REGISTRY)
certificates = Gauge(
    "naikkelas_certificates_unacknowledged",
    "Certificates issued whose owners have not said that they have them",
    registry=REGISTRY,
)
