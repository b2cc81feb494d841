#!/bin/sh
# Makes a self-signed certificate, so that HAProxy can start. Browsers warn of it: docs/deployment.md says how to put a
# real one in its place.
#
#   haproxy/make-certificate.sh [NAME-OR-ADDRESS…]      the name in .env, if none is given
#
# Written to haproxy/private/certs/site.pem (key and chain in one file). A certificate that is there is never replaced.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ $# = 0 ]; then
    name=$(sed -n 's/^ALLOWED_HOSTS=\([^,]*\).*/\1/p' "$here/../.env" 2>/dev/null)
    [ -n "$name" ] || { echo "usage: haproxy/make-certificate.sh NAME [NAME…]" >&2; exit 2; }
    set -- "$name"
fi
command -v openssl >/dev/null || { echo "missing: openssl (Debian and Ubuntu: apt install openssl)" >&2; exit 1; }

# Only its owner can enter the outer folder. The inner one and its files are open: HAProxy's container, which sees
# nothing but the inner one, runs as somebody else.
private="$here/private"
file="$private/certs/site.pem"
[ ! -e "$file" ] || { echo "$file is there already; it stays" >&2; exit 1; }

names=
for name in "$@"; do
    case "$name" in
        *[!0-9A-Za-z.:-]*) echo "no name or address: $name" >&2; exit 2 ;;
        *:* | *[0-9].[0-9]*.[0-9]*.[0-9]*) kind=IP ;;
        *) kind=DNS ;;
    esac
    names="$names${names:+,}$kind:$name"
done

mkdir -p "$private/certs"
chmod 700 "$private"
chmod 755 "$private/certs"
work=$(mktemp -d "$private/making.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Its private key is used for this file alone, so it may sign for itself (CA:TRUE is what test clients are given).
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -days 365 \
    -subj "/CN=$1" -addext "subjectAltName=$names" -addext "extendedKeyUsage=serverAuth" \
    -keyout "$work/key" -out "$work/certificate" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
cat "$work/certificate" "$work/key" >"$work/site.pem"
chmod 644 "$work/site.pem"
mv "$work/site.pem" "$file"
echo "$file: self-signed for $*, valid for a year"
