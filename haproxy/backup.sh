#!/bin/sh
# A backup of the database container, while the hunt runs: one file, which is whole or not there.
#
#   haproxy/backup.sh [FOLDER]     backups/ beside haproxy/, if none is given; says what it wrote
#
# docs/operations.md says how it is restored. A managed database has backups of its own.
set -eu
umask 077
cd "$(dirname "$0")/.."

folder=${1:-backups}
file="$folder/enigma-$(date -u +%Y%m%dT%H%M%SZ).dump"
mkdir -p "$folder"
trap 'rm -f "$file.part"' EXIT
docker compose exec -T db \
    pg_dump --format=custom --no-owner --no-privileges --username=enigma --dbname=enigma \
    >"$file.part"
mv "$file.part" "$file"
echo "$file"
