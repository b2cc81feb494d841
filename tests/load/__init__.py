"""The benchmark, `make bench`: what the server does on one core, beside what is usual."""
