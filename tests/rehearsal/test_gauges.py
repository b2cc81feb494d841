"""What is read from a server's /metrics: from the very text that this version writes."""

import pytest
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from enigma_rt.rehearsal.gauges import between, read, sustained
from enigma_rt.rehearsal.percentiles import percentile, quantile_of_buckets, weighted


class Server:
    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.cpu = Gauge("process_cpu_seconds_total", "", registry=registry)
        self.started = Gauge("process_start_time_seconds", "", registry=registry)
        self.sockets = Gauge("enigma_sockets", "", ["kind"], registry=registry)
        self.batch = Histogram("enigma_batch_seconds", "", buckets=(0.01, 0.1, 1), registry=registry)
        self.door = Gauge("enigma_door_waiting", "", registry=registry)

    def text(self) -> str:
        return generate_latest(self.registry).decode()


def test_two_looks_make_rates() -> None:
    server = Server()
    server.cpu.set(10)
    server.batch.observe(0.5)
    before = read(server.text(), 100.0)
    server.cpu.set(11.5)
    server.sockets.labels("player").set(40)
    server.sockets.labels("spectator").set(2)
    server.door.set(3)
    for _ in range(100):
        server.batch.observe(0.05)
    load = between("s", before, read(server.text(), 102.0))
    assert load is not None
    assert (load.cpu, load.sockets, load.waiting, load.memory) == (0.75, 42, {"door": 3}, None)
    assert load.batch_ms == pytest.approx(99.1, abs=0.2)  # what was before is not counted
    assert load.fanout_ms is None


def test_a_successor_is_another_process() -> None:
    server = Server()
    before = read(server.text(), 1.0)
    server.started.set(5)
    assert between("s", before, read(server.text(), 3.0)) is None


def test_what_another_version_does_not_tell_is_left_out() -> None:
    reading = read("# HELP x\nsomething_else 4\n", 1.0)
    assert (reading.cpu, reading.memory, reading.waiting, reading.buckets) == (None, None, {}, {})


def test_quantiles_of_buckets_are_prometheus_s() -> None:
    buckets = [(0.1, 50.0), (0.2, 90.0), (float("inf"), 100.0)]
    assert quantile_of_buckets(buckets, 0.5) == 0.1
    assert quantile_of_buckets(buckets, 0.7) == pytest.approx(0.15)
    assert quantile_of_buckets(buckets, 0.99) == 0.2
    assert quantile_of_buckets([(0.1, 0.0)], 0.5) is None


def test_percentiles_are_of_what_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, part) for part in (50, 99, 100)] == [50, 99, 100]
    assert percentile([], 50) is None
    assert weighted([(3.0, 1.0), (1.0, 98.0), (2.0, 1.0)], 50, 98, 99, 100) == [1.0, 1.0, 2.0, 3.0]
    assert weighted([], 50) == [None]


def test_a_single_peak_is_no_load() -> None:
    assert sustained([0.2] * 19 + [0.9]) == 0.2
    assert sustained([0.2] * 10 + [0.9] * 10) == 0.9
    assert sustained([]) is None
