#!/bin/sh
# As the official image does: master and worker, in the foreground.
set -eu
if [ "${1:-}" = haproxy ]; then
    shift
    set -- haproxy -W -db "$@"
fi
exec "$@"
