"""The night itself, as organisers, spectators and players live it: browser tests of `make test-night`."""
