# syntax=docker/dockerfile:1
# One image for every role: API and console, and one worker a queue (compose.yaml). CPU by default;
# `--build-arg BASE=nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04` gives CTranslate2 a GPU.
ARG BASE=python:3.12-slim-bookworm

FROM node:22-bookworm-slim AS console
WORKDIR /console
COPY api/console/package.json api/console/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM ${BASE} AS build
# CUDA images carry no Python; the slim Python image has all it needs.
# hadolint ignore=DL3008
RUN if ! python3 -c 'import venv, ensurepip'; then \
      apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /app
RUN python3 -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY qa_engine qa_engine
COPY models models
COPY api api
COPY workers workers
COPY --from=console /console/node_modules api/console/node_modules
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps -e .

FROM ${BASE}
# hadolint ignore=DL3008
RUN if ! command -v python3; then \
      apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*; \
    fi
# pg_dump and pg_restore for `qa-engine backup`, of the server's version (compose.yaml) or newer.
ARG POSTGRES=17
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends "postgresql-client-${POSTGRES}" && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home qa && install --directory --owner qa --mode 700 /backups
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 QA_ENGINE_HOME=/data QA_ENGINE_HOST=0.0.0.0 QA_ENGINE_LOG_JSON=true
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["qa-engine", "serve"]
