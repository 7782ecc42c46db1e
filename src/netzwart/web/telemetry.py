"""What each request leaves behind: an id in the logs, one log line, numbers for Prometheus."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

log = structlog.get_logger()

REQUEST_ID_HEADER = "X-Request-Id"
_ID_BYTES = 8
_MS = 1000
_QUIET = ("/static/", "/health/", "/metrics")
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class _Counts(Collector):
    """Counters that live elsewhere."""

    def __init__(
        self, name: str, text: str, label: str, read: Callable[[], Mapping[str, int]]
    ) -> None:
        self._name, self._text, self._label, self._read = name, text, label, read

    def collect(self) -> Iterable[Metric]:
        """Return the numbers as they are now."""
        family = CounterMetricFamily(self._name, self._text, labels=[self._label])
        for key, number in sorted(self._read().items()):
            family.add_metric([key], number)
        return [family]


class Telemetry:
    """The numbers of one application; a registry of its own, so that tests do not share it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "netzwart_http_requests_total",
            "Answered requests by method, route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "netzwart_http_request_seconds",
            "Time to the end of the answer, by route.",
            ("route",),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._open = Gauge(
            "netzwart_http_requests_open",
            "Requests being answered now.",
            registry=self.registry,
        )

    def count_by(
        self, name: str, text: str, label: str, read: Callable[[], Mapping[str, int]]
    ) -> None:
        """Tell numbers that somebody else counts: read at each scrape, one series a key."""
        self.registry.register(_Counts(name, text, label, read))

    def exposition(self) -> bytes:
        """Return all numbers in Prometheus' text format."""
        return generate_latest(self.registry)

    def observing(self, app: ASGIApp) -> ASGIApp:
        """Wrap an application: give each request an id, and count and log its answer."""

        async def observe(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            request_id = secrets.token_hex(_ID_BYTES)
            scope["state"]["request_id"] = request_id
            started = time.perf_counter()
            status = 500

            async def send_with_id(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    headers = MutableScopeHeaders.from_message(message)
                    headers[REQUEST_ID_HEADER] = request_id
                await send(message)

            with (
                structlog.contextvars.bound_contextvars(request_id=request_id),
                self._open.track_inprogress(),
            ):
                try:
                    await app(scope, receive, send_with_id)
                finally:
                    self._record(scope, str(scope["method"]), status, time.perf_counter() - started)

        return observe

    def _record(self, scope: HTTPScope, method: str, status: int, seconds: float) -> None:
        # The route, never the path: paths hold ids, and each label value is a series of its own.
        route = scope["path_template"] if "path_template" in scope else "unknown"  # noqa: SIM401 - untyped get
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if not scope["path"].startswith(_QUIET):
            log.info(
                "request_answered",
                method=method,
                route=route,
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * _MS, 1),
            )
