# The server and the CLI, compiled. `docker build -t taskwire .`

# The exact minor version. A digest pins the bytes too: `docker buildx imagetools inspect node:24.11-slim` prints it, and
# `FROM node:24.11-slim@sha256:…` uses it, in both places; renew it with each release, for its fixes.
FROM node:24.11-slim AS build
WORKDIR /app
# Changes less often than the sources, and takes longest.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN npm install --global "$(node -p 'require("./package.json").packageManager')"
RUN pnpm fetch
COPY . .
RUN pnpm install --frozen-lockfile --offline
RUN pnpm build
# What is left is what runs: neither sources nor development dependencies, Prisma's CLI among them.
RUN rm -rf node_modules */node_modules */*/node_modules prisma/src */*/src
RUN CI=true pnpm install --prod --frozen-lockfile --offline

FROM node:24.11-slim
WORKDIR /app
COPY --from=build /app ./
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/server/dist/main.js"]
