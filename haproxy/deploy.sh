#!/usr/bin/env bash
# The rolling update: every web process is replaced by one of a new version, one at a time, and nobody notices.
#
#   haproxy/deploy.sh              build this checkout and roll it out
#   haproxy/deploy.sh TAG          roll out an image that is here already (an earlier version: a way back)
#
# 1. Migrations, by themselves. They only add (expand); what the old version needs goes in a later release (contract).
# 2. Per server: one of the new version more; ready, and a real socket through HAProxy; then SIGTERM for one old one,
#    whose players move within ENIGMA_DRAIN_SECONDS; then the gate: the sockets are back, hardly anything answered with
#    an error, the new servers still stand.
# 3. The worker. Last, the new version is written to .env.
#
# When a gate fails, the servers of the new version are replaced in the same way by the old one. Status: 0 rolled out,
# 1 not begun, 3 rolled back, 4 the way back failed as well and somebody has to look.
#
# From the environment: READY_SECONDS (90), BACK_SECONDS (30) for sockets to come back, BACK_PERCENT (90) of them,
# ERRORS_ALLOWED (3) or one request in a hundred while one server is replaced, SETTLE_SECONDS (5).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

READY_SECONDS=${READY_SECONDS:-90}
BACK_SECONDS=${BACK_SECONDS:-30}
BACK_PERCENT=${BACK_PERCENT:-90}
ERRORS_ALLOWED=${ERRORS_ALLOWED:-3}
SETTLE_SECONDS=${SETTLE_SECONDS:-5}

# Pipes are read to their end everywhere (`sed -n 1p`, not `head`): a docker that is cut off ends with an error.
say() { printf '%(%H:%M:%S)T %s\n' -1 "$*"; }
stop() { say "$1" >&2; exit "${2:-1}"; }
of_env() { sed -n "s/^$1=//p" .env | tail -n 1; }
# For one version: the shell's value wins over the one in .env.
compose() { ENIGMA_TAG=$1 docker compose "${@:2}"; }
# What is missing is made, what is there stays: neither the database nor Redis is ever touched. (With --no-deps the
# containers would count as changed, and the next `docker compose up` would replace all of them at once.)
add() { compose "$1" up --detach --no-recreate --no-build "${@:2}" >"$log" 2>&1 || { cat "$log" >&2; return 1; }; }

# --- servers --------------------------------------------------------------------------------------------------------

servers() { docker compose ps --quiet --status running web; }
name() { docker inspect --format '{{slice .Name 1}}' "$1"; }
version() { docker inspect --format '{{.Config.Image}}' "$1" | sed 's/.*://'; }
address() { docker inspect --format "{{(index .NetworkSettings.Networks \"$network\").IPAddress}}" "$1"; }
stands() { [ "$(docker inspect --format '{{.State.Running}} {{.RestartCount}}' "$1" 2>/dev/null)" = "true 0" ]; }
probe() { docker exec -i "$1" python - "${@:2}" <haproxy/probe.py; }

of_version() {
    local id
    for id in $(servers); do [ "$(version "$id")" != "$1" ] || echo "$id"; done
}

# One more of version $1; its id in $started, also when it never became ready.
start() {
    local before now
    before=$(docker compose ps --all --quiet web)
    started=
    add "$1" --scale web=$(($(servers | wc -l) + 1)) web || return 1
    now=$(docker compose ps --all --quiet web)
    started=$(comm -13 <(sort <<<"$before") <(sort <<<"$now") | sed -n 1p)
    [ -n "$started" ] || { say "no new container came up"; return 1; }
}

ready() {
    local deadline=$((SECONDS + READY_SECONDS)) where told
    where=$(address "$1")
    while ((SECONDS < deadline)); do
        stands "$1" || { say "$(name "$1") does not stay up:"; docker logs --tail 8 "$1" 2>&1 | sed 's/^/    /'; return 1; }
        # Asked from inside itself: without a Python that runs there is nothing to wait for either.
        if told=$(probe "$1" serves "$where" 5 2>&1); then
            say "$(name "$1") (version $(version "$1")): $told"
            return 0
        fi
        sleep 1
    done
    say "$(name "$1") is not ready after $READY_SECONDS s: $(tail -n 1 <<<"$told")"
    return 1
}

drain() {
    local title status
    title="$(name "$1") (version $(version "$1"))"
    say "$title is asked to end"
    docker stop --time "$grace" "$1" >/dev/null
    status=$(docker inspect --format '{{.State.ExitCode}}' "$1")
    docker rm "$1" >/dev/null
    [ "$status" = 0 ] || say "$title ended with status $status"
}

remove() {
    # One that dies again and again holds nobody, and while it starts it does not hear SIGTERM.
    ! stands "$1" || docker stop --time "$grace" "$1" >/dev/null 2>&1 || true
    docker rm --force "$1" >/dev/null 2>&1 || true
}

# --- the gate -------------------------------------------------------------------------------------------------------

# Figures of HAProxy, asked by server $1, into sockets, errors and requests.
count() {
    local figures
    figures=$(probe "$1" counts) || return 1
    [[ $figures =~ ^sockets=([0-9]+)\ errors=([0-9]+)\ requests=([0-9]+)$ ]] || return 1
    sockets=${BASH_REMATCH[1]} errors=${BASH_REMATCH[2]} requests=${BASH_REMATCH[3]}
}

# $1: the server that came. The others: sockets, errors and requests before the old one was drained.
passes() {
    local before=$2 wanted=$(($2 * BACK_PERCENT / 100)) deadline=$((SECONDS + BACK_SECONDS)) allowed id
    until count "$1" && ((sockets >= wanted)); do
        ((SECONDS < deadline)) || { say "only ${sockets:-?} of $before sockets have come back"; return 1; }
        sleep 1
    done
    # What comes back may be thrown out again.
    sleep "$SETTLE_SECONDS"
    count "$1" || { say "HAProxy gives no figures"; return 1; }
    ((sockets >= wanted)) || { say "only $sockets of $before sockets have stayed"; return 1; }
    allowed=$(((requests - $4) / 100))
    ((allowed >= ERRORS_ALLOWED)) || allowed=$ERRORS_ALLOWED
    ((errors - $3 <= allowed)) || { say "$((errors - $3)) of $((requests - $4)) requests were answered by an error"; return 1; }
    for id in "${arrived[@]}"; do
        stands "$id" || { say "$(name "$id") does not stay up"; return 1; }
    done
    say "gate passed: $sockets sockets (before: $before), $((errors - $3)) errors in $((requests - $4)) requests"
}

# --- the whole ------------------------------------------------------------------------------------------------------

# Replaces every server of another version than $1, one by one. Those of version $1 that came are in `arrived`.
roll() {
    local id
    arrived=()
    for id in $(servers); do
        [ "$(version "$id")" != "$1" ] || continue
        start "$1" || return 1
        arrived+=("$started")
        ready "$started" || return 1
        count "$started" || { say "HAProxy gives no figures"; return 1; }
        local was=("$sockets" "$errors" "$requests")
        drain "$id"
        passes "$started" "${was[@]}" || return 1
    done
}

# The one-shot service, by version $1.
migrate() {
    local id state
    docker compose rm --force migrate >/dev/null 2>&1
    add "$1" migrate || return 1
    id=$(docker compose ps --all --quiet migrate)
    until state=$(docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$id") && [[ $state = exited* ]]; do sleep 1; done
    [ "$state" = "exited 0" ] || { docker logs --tail 20 "$id"; return 1; }
}

# As many servers of version $1 as there were, and none of $2.
roll_back() {
    local id
    say "rolling back to version $1"
    # What never became ready has nobody to lose. The rest leaves one by one.
    if [ -n "${started:-}" ] && docker inspect "$started" >/dev/null 2>&1 && ! probe "$started" serves "$(address "$started")" 3 >/dev/null 2>&1; then
        remove "$started"
    fi
    while (($(of_version "$1" | wc -l) < wanted)); do
        start "$1" && ready "$started" || return 1
        for id in $(of_version "$2" | sed -n 1p); do drain "$id"; done
    done
    for id in $(of_version "$2"); do drain "$id"; done
}

keep_version() {
    local draft
    draft=$(mktemp .env.XXXXXX)
    chmod --reference=.env "$draft"
    sed "s/^ENIGMA_TAG=.*/ENIGMA_TAG=$1/" .env >"$draft"
    grep -q '^ENIGMA_TAG=' "$draft" || echo "ENIGMA_TAG=$1" >>"$draft"
    mv "$draft" .env
}

[ -f .env ] || stop "there is no .env yet: haproxy/make-env.sh makes it"
exec 9>.deploy.lock
flock --nonblock 9 || stop "another deploy is running"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'say "ended in line $LINENO, where it should not: docker compose ps shows what runs" >&2' ERR
trap 'stop "interrupted: servers of two versions may be running; run it again, with a version as you like" 4' INT TERM HUP

image=$(of_env ENIGMA_IMAGE)
image=${image:-enigma-rt}
old=$(of_env ENIGMA_TAG)
old=${old:-local}
wanted=$(servers | wc -l)
((wanted > 0)) || stop "no web process runs: docker compose up --detach --wait starts everything"
first=$(servers | sed -n 1p)
network=$(docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' "$first" | grep '_front$')
grace=$(docker inspect --format '{{.Config.StopTimeout}}' "$first")
[[ $grace =~ ^[0-9]+$ ]] || grace=45
[ "$(version "$first")" = "$old" ] || say "note: .env says version $old, $(name "$first") runs $(version "$first")"

if (($# > 0)); then
    new=$1
    [[ $new =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || stop "usage: haproxy/deploy.sh [TAG]"
    docker image inspect "$image:$new" >/dev/null 2>&1 || stop "there is no image $image:$new here"
else
    new=$(git rev-parse --short=12 HEAD 2>/dev/null || date -u +%Y%m%d)-$(date -u +%H%M%S)
    say "building $image:$new"
    compose "$new" build --quiet web || stop "the build failed; nothing has changed"
fi
[ "$new" != "$old" ] || stop "version $new is the one that runs; a new one needs another name"

# What an interrupted one has left behind would be started in place of a new server.
for id in $(docker compose ps --all --quiet --status created --status exited web); do docker rm "$id" >/dev/null 2>&1 || true; done

say "version $old -> $new, $wanted servers"
# What is left of it belongs to no version that runs; the next `docker compose up` makes its own.
forget_migration() { docker compose rm --force migrate >/dev/null 2>&1; }
migrate "$new" || { forget_migration; stop "the migration failed; every server still runs version $old"; }
say "migrated"

if ! roll "$new"; then
    roll_back "$old" "$new" || stop "THE WAY BACK FAILED: look at docker compose ps and docker compose logs web" 4
    forget_migration
    stop "rolled back: $(of_version "$old" | wc -l) servers of version $old; why is said above" 3
fi
docker compose rm --stop --force worker >/dev/null 2>&1
add "$new" worker || say "the worker was NOT replaced: docker compose up --detach worker"
keep_version "$new"
say "version $new runs on $(of_version "$new" | wc -l) servers, and the worker"
