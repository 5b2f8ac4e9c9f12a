# docker build -t spanneal .
# docker run -p 127.0.0.1:8501:8501 -v spanneal:/data -e SPANNEAL_AUTH=none spanneal
# Without SPANNEAL_AUTH it does not start: `none` is for one person, behind 127.0.0.1; `accounts`
# for a team: docker exec -it CONTAINER python -m app users add NAME --administrator
FROM python:3.11.13-slim-bookworm

# Where pip also looks. Given PyTorch's CPU index, the image has no CUDA libraries.
ARG PIP_EXTRA_INDEX_URL

# For backups of PostgreSQL: pg_dump must be as new as the server.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /spanneal
COPY requirements.txt requirements-oidc.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt -r requirements-oidc.txt

RUN useradd --system --uid 10001 --create-home spanneal \
    && install -d -o spanneal -g spanneal /data

# The sources belong to root: the process can write to /data and nowhere else.
COPY .streamlit .streamlit
COPY assets assets
COPY core core
COPY storage storage
COPY app app
COPY LICENSE ./

# Behind a name of its own, also set STREAMLIT_SERVER_ALLOWED_HOSTS="name.example localhost".
ENV PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    SPANNEAL_DATA=/data

USER spanneal
VOLUME /data
EXPOSE 8501

# Healthy once the database answers and the model is loaded; any other answer than 200 raises.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/readyz', timeout=4)"]

ENTRYPOINT ["python", "-m", "app"]
CMD ["serve", "--host", "0.0.0.0"]
