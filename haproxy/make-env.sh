#!/bin/sh
# Makes .env, once: random secrets, and everything that can be chosen with its default. What is there is never touched.
#
#   haproxy/make-env.sh NAME [--http-port 80] [--https-port 443] [--database-url URL | --cloudsql INSTANCE]
#
#   NAME             under which players reach the hunt, as hunt.example.org
#   --database-url   a managed PostgreSQL in place of the container, with TLS: "postgres://USER@HOST/NAME?sslmode=verify-full"
#   --cloudsql       a Cloud SQL instance (PROJECT:REGION:INSTANCE) behind its proxy in place of the container
#
# Secrets come from the system and go into the file, never over a command line: of a URL the password is asked for on
# standard input. With --cloudsql DB_USER and DB_NAME are `enigma`.
set -eu
umask 077

usage() { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "$1" >&2; exit 1; }
random() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

# %XX for everything that means something in a URL; the text comes by standard input.
in_url() {
    od -An -v -tx1 | tr -s ' ' '\n' | while read -r byte; do
        case "$byte" in
            '') ;;
            3[0-9] | 4[1-9a-f] | 5[0-9a] | 6[1-9a-f] | 7[0-9a] | 2d | 5f) printf "\\$(printf %o "0x$byte")" ;;
            *) printf '%%%s' "$byte" ;;
        esac
    done
}

ask_password() {
    [ -t 0 ] && { printf 'password of the database: ' >&2; stty -echo; trap 'stty echo' EXIT; }
    IFS= read -r password || [ -n "$password" ] || fail "no password on standard input"
    [ -t 0 ] && { stty echo; trap - EXIT; echo >&2; }
    [ -n "$password" ] || fail "an empty password"
    printf %s "$password" | in_url
}

name='' http=80 https=443 profile=db url='' instance=''
while [ $# -gt 0 ]; do
    case "$1" in
        --http-port | --https-port | --database-url | --cloudsql) [ $# -gt 1 ] || usage ;;
    esac
    case "$1" in
        --http-port) http=$2; shift ;;
        --https-port) https=$2; shift ;;
        --database-url) profile=managed url=$2; shift ;;
        --cloudsql) profile=cloudsql instance=$2; shift ;;
        -*) usage ;;
        *) [ -z "$name" ] || usage; name=$1 ;;
    esac
    shift
done
[ -n "$name" ] || usage
case "$name" in *[!0-9a-z.-]*) fail "NAME is a host's name in lower case, without https:// and port: $name" ;; esac
for port in "$http" "$https"; do
    case "$port" in '' | *[!0-9]*) fail "no port: $port" ;; esac
done

file="$(cd "$(dirname "$0")/.." && pwd)/.env"
[ ! -e "$file" ] || fail ".env is there already; it stays as it is"

postgres_password=''
case "$profile" in
    db)
        postgres_password=$(random 24)
        # Between two containers of one machine, on a network without a way in or out.
        url="postgres://enigma:$postgres_password@db:5432/enigma?sslmode=disable" ;;
    managed)
        case "$url" in
            postgres://*:*@* | postgresql://*:*@*) fail "leave the password out of --database-url: it is asked for" ;;
            postgres://*@*/*sslmode=verify-full* | postgresql://*@*/*sslmode=verify-full* | \
            postgres://*@*/*sslmode=verify-ca* | postgresql://*@*/*sslmode=verify-ca* | \
            postgres://*@*/*sslmode=require* | postgresql://*@*/*sslmode=require*) ;;
            *) fail '--database-url looks like "postgres://USER@HOST:PORT/NAME?sslmode=verify-full" (or require)' ;;
        esac
        password=$(ask_password)
        rest=${url#*://}
        url="postgres://${rest%%@*}:$password@${rest#*@}" ;;
    cloudsql)
        password=$(ask_password)
        # The proxy makes the connection outside one over TLS.
        url="postgres://enigma:$password@cloudsql:5432/enigma?sslmode=disable" ;;
esac

origin="https://$name"
[ "$https" = 443 ] || origin="$origin:$https"

set -C # of two that run at once the second fails
cat >"$file" <<END
# Made by haproxy/make-env.sh. The secrets are nobody else's: not in Git, not in a chat, not on a command line.
SECRET_KEY=$(random 40)
REDIS_PASSWORD=$(random 24)
ENIGMA_COOKIE_KEY=$(random 24)
POSTGRES_PASSWORD=$postgres_password
DATABASE_URL=$url

# --- who it is ---
ALLOWED_HOSTS=$name
ENIGMA_ORIGINS=$origin
ENIGMA_PUBLIC_URL=$origin
ENIGMA_HTTP_PORT=$http
ENIGMA_HTTPS_PORT=$https

# --- what runs ---
# Where PostgreSQL is: db (a container), managed (DATABASE_URL says where), cloudsql (behind the Cloud SQL Auth Proxy).
COMPOSE_PROFILES=$profile
CLOUDSQL_INSTANCE=$instance
# How many web processes; haproxy/deploy.sh keeps as many as there are.
ENIGMA_WEB=3
# The version that runs; haproxy/deploy.sh changes it when a new one has proved itself.
ENIGMA_IMAGE=enigma-rt
ENIGMA_TAG=local
# How long a stopping process gives its players to move; ENIGMA_STOP_GRACE has to be longer by 20 s or more.
ENIGMA_DRAIN_SECONDS=20
ENIGMA_STOP_GRACE=45s

# --- mail: without it nobody can reset a password ---
# smtp+tls://USER:PASSWORD@mail.example.org:587
EMAIL_URL=
DEFAULT_FROM_EMAIL=enigma@$name
# none, optional or mandatory
ENIGMA_EMAIL_VERIFICATION=none

# --- watching ---
LOG_LEVEL=INFO
SENTRY_DSN=
END
echo ".env is made for $origin ($profile); keep a copy of it where the backups are"
