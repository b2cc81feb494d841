# One image for the web processes, the worker and the migration; what it does is its command.
# Everything that differs between two installations comes from the environment: no secret is ever in here.

FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app

# Only wheels, and only those whose hashes are in the file: nothing that is installed runs code of its own here.
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/enigma \
    && python -m pip --python /opt/enigma/bin/python install --no-compile --only-binary :all: \
        --require-hashes --requirement requirements.txt

COPY manage.py ./
COPY enigma_rt enigma_rt
COPY leaderboard leaderboard
COPY game game
COPY consumers consumers

# Compiled ahead: the container's files are read-only. Readable for whoever runs it, whatever the checkout's umask was.
RUN ENIGMA_ENV=production ENIGMA_STATIC_ROOT=/app/static /opt/enigma/bin/python manage.py collectstatic --noinput -v 0 \
    && /opt/enigma/bin/python -m compileall -q -j 0 /opt/enigma/lib /app \
    && chmod -R a+rX /app


FROM python:3.11-slim-bookworm

ARG REVISION=unknown
LABEL org.opencontainers.image.title="Enigma RT" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"

RUN groupadd --gid 10001 enigma \
    && useradd --uid 10001 --gid enigma --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin enigma

# Owned by root: the process cannot change its own program.
COPY --from=build /opt/enigma /opt/enigma
COPY --from=build /app /app

ENV PATH=/opt/enigma/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENIGMA_ENV=production \
    ENIGMA_DATA_DIR=/tmp/enigma \
    ENIGMA_STATIC_ROOT=/app/static

WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# Whether it lives, not whether it is ready: a server that drains is healthy. /readyz is for the proxy.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]

CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
