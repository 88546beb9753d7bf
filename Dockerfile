# One image for all of Caudal's services; the command selects one: node services/{ingest-api,consumer,console}/src/main.ts, node services/orders/src/{api,processor,notifier,mailbox}/main.ts, node services/films/src/{api,schema}/main.ts.
# Node.js runs TypeScript directly, so only the pages of the console and of the shop are built; all dependencies are JavaScript, so the image fits every
# architecture.
# The base image is pinned by tag, because its digest was not available when this was written. Renovate pins it on its first run.
FROM node:24-slim AS manifests
WORKDIR /app
# npm checks the lock file against all workspaces, including those that are not in the image.
COPY package.json package-lock.json .npmrc ./
COPY grafana-dashboards/package.json grafana-dashboards/
COPY load-tests/package.json load-tests/
COPY services/common/package.json services/common/
COPY services/console/package.json services/console/
COPY services/console/web/package.json services/console/web/
COPY services/consumer/package.json services/consumer/
COPY services/films/package.json services/films/
COPY services/films/web/package.json services/films/web/
COPY services/ingest-api/package.json services/ingest-api/
COPY services/lab/package.json services/lab/
COPY services/orders/package.json services/orders/
COPY services/orders/web/package.json services/orders/web/

FROM manifests AS packages
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --cache /tmp/npm \
      --workspace services/common --workspace services/console --workspace services/consumer --workspace services/films --workspace services/ingest-api --workspace services/orders \
    && rm -rf /tmp/npm grafana-dashboards load-tests services/*/web services/lab package-lock.json .npmrc node_modules/.package-lock.json \
    && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) -type f -delete \
    && find node_modules -xtype l -delete

FROM manifests AS pages
# With optional packages: the bundler is one for each platform.
RUN npm ci --ignore-scripts --no-audit --no-fund --cache /tmp/npm --workspace services/console/web --workspace services/films/web --workspace services/orders/web
# Those of the pages extend it.
COPY tsconfig.json ./
COPY services/console/src services/console/src
COPY services/console/web services/console/web
COPY services/orders/src services/orders/src
COPY services/orders/web services/orders/web
# The films' page renders in the browser what its service renders, with the same code.
COPY services/films/src services/films/src
COPY services/films/web services/films/web
RUN node services/console/web/main.ts && node services/films/web/main.ts && node services/orders/web/main.ts

FROM node:24-slim
LABEL org.opencontainers.image.title="caudal" \
      org.opencontainers.image.description="A message pipeline on Kubernetes that can prove what it did" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app ./
COPY services/common/src services/common/src
COPY services/console/src services/console/src
COPY services/consumer/src services/consumer/src
COPY services/films/src services/films/src
COPY services/films/migrations services/films/migrations
COPY services/films/data services/films/data
COPY services/ingest-api/src services/ingest-api/src
COPY services/orders/src services/orders/src
COPY services/orders/migrations services/orders/migrations
COPY --from=pages /app/services/console/web/dist services/console/web/dist
COPY --from=pages /app/services/films/web/dist services/films/web/dist
COPY --from=pages /app/services/orders/web/dist services/orders/web/dist
USER 1000:1000
EXPOSE 8080 8081 9090
CMD ["node", "services/ingest-api/src/main.ts"]
