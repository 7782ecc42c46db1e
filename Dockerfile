# Two stages: the wheel with the browser's files inside, then only what runs.
FROM python:3.13-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /source
COPY pyproject.toml uv.lock README.md hatch_build.py package.json package-lock.json ./
COPY tools tools
COPY device_profiles device_profiles
COPY migrations migrations
COPY src src
RUN uv build --wheel --out-dir /wheels \
    && uv export --frozen --no-dev --no-emit-project --format requirements-txt > /wheels/requirements.txt

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home netzwart
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --require-hashes -r /wheels/requirements.txt \
    && pip install --no-cache-dir --no-deps /wheels/*.whl \
    && rm -rf /wheels
USER netzwart
VOLUME /data
ENV NETZWART_DATA_DIR=/data PYTHONUNBUFFERED=1
EXPOSE 8000
ENTRYPOINT ["netzwart"]
CMD ["serve", "--host", "0.0.0.0"]
