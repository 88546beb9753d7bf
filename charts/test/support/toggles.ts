import type { RenderOptions } from './manifests.ts';

const externalRabbitmq = { rabbitmq: { enabled: false }, externalRabbitmq: { url: 'amqp://mq.example.com' } };
const externalKafka = { kafka: { enabled: false }, externalKafka: { brokers: ['k.example.com:9092'] } };

/** Lanes into the stores that are off by default, which are then on. */
export const storesOn = {
  lanes: {
    'kafka-postgresql': { broker: 'kafka', store: 'postgresql' },
    'kafka-ignite': { broker: 'kafka', store: 'ignite' },
  },
  postgresql: { enabled: true },
  ignite: { enabled: true },
};

/** The shop, its mails in a mailbox of the release, its orders in a PostgreSQL of the release. */
export const ordersOn = {
  orders: { enabled: true, mailbox: { enabled: true } },
  postgresql: { enabled: true },
};

/** Films, in a PostgreSQL of the release with two replicas. */
export const filmsOn = {
  films: { enabled: true },
  postgresql: { enabled: true, readReplicas: 2 },
};

/** The shop with a mail server of one's own. */
export const mailServer = {
  host: 'smtp.example.org',
  from: 'shop@example.org',
  username: 'shop',
  existingSecret: 'my-smtp',
};

/** Every switch of the chart, alone or in the smallest set of values that makes sense. */
export const toggles: Readonly<Record<string, RenderOptions>> = {
  default: {},
  minimal: { presets: ['minimal'] },
  ha: { presets: ['ha'] },
  external: { presets: ['external'] },
  stores: { presets: ['stores'] },
  orders: { presets: ['orders'] },
  'orders with a mail server': {
    values: {
      orders: { enabled: true, smtp: { ...mailServer, caSecret: 'my-ca' } },
      postgresql: { enabled: true },
    },
  },
  'orders on external servers': {
    presets: ['external'],
    values: {
      orders: { enabled: true, smtp: mailServer },
      externalPostgresql: {
        url: 'postgresql://p.example.com/app?sslmode=verify-full',
        existingSecret: 'my-postgresql',
      },
    },
  },
  'orders alone on Kafka': {
    values: { ...ordersOn, lanes: { 'kafka-redis': null }, redis: { enabled: false } },
  },
  films: { presets: ['films'] },
  'films on external servers': {
    presets: ['external'],
    values: {
      films: { enabled: true, primaryOnly: true },
      externalPostgresql: {
        url: 'postgresql://p.example.com/app?sslmode=verify-full',
        existingSecret: 'my-postgresql',
      },
    },
  },
  'minimal and ha': { presets: ['minimal', 'ha'] },
  'external RabbitMQ': { values: externalRabbitmq },
  'external Kafka': { values: externalKafka },
  'external Valkey': {
    values: { valkey: { enabled: false }, externalValkey: { url: 'redis://v.example.com:6380/2' } },
  },
  'external Redis': {
    values: { redis: { enabled: false }, externalRedis: { url: 'redis://r.example.com' } },
  },
  'external PostgreSQL': {
    values: {
      lanes: { 'kafka-postgresql': storesOn.lanes['kafka-postgresql'] },
      externalPostgresql: { url: 'postgresql://p.example.com/app', existingSecret: 'my-postgresql' },
    },
  },
  'external Ignite': {
    values: {
      lanes: { 'kafka-ignite': storesOn.lanes['kafka-ignite'] },
      externalIgnite: { url: 'ignites://i.example.com' },
    },
  },
  'external Prometheus': {
    values: { prometheus: { enabled: false }, externalPrometheus: { url: 'https://p.example.com' } },
  },
  'no Grafana': { values: { grafana: { enabled: false } } },
  'no Prometheus': { values: { prometheus: { enabled: false }, grafana: { enabled: false } } },
  'no console': { values: { services: { console: { enabled: false } } } },
  'no dashboards': { values: { dashboards: { enabled: false } } },
  'no disruption budgets': { values: { podDisruptionBudgets: { enabled: false } } },
  'no service account': { values: { serviceAccount: { create: false } } },
  'no volumes': {
    values: {
      lanes: storesOn.lanes,
      ...Object.fromEntries(
        ['rabbitmq', 'kafka', 'valkey', 'redis', 'postgresql', 'ignite', 'prometheus'].map((server) => [
          server,
          { enabled: true, persistence: { enabled: false } },
        ]),
      ),
      orders: { enabled: true, mailbox: { enabled: true, persistence: { enabled: false } } },
    },
  },
  'no Kafka passwords': { values: { kafka: { auth: { enabled: false } } } },
  'discovery by the API': { values: { prometheus: { discovery: 'kubernetes' } } },
  exporters: { values: { valkey: { exporter: { enabled: true } }, redis: { exporter: { enabled: true } } } },
  'scaling by the console': { values: { services: { console: { control: { enabled: true } } } } },
  'messages streamed by the console': { values: { services: { console: { live: { enabled: true } } } } },
  autoscaling: { values: { services: { ingest: { autoscaling: { enabled: true } } } } },
  KEDA: {
    values: {
      consumer: { keda: { enabled: true, behavior: { scaleDown: { selectPolicy: 'Min' } } } },
    },
  },
  ServiceMonitor: {
    values: { monitoring: { serviceMonitor: { enabled: true, labels: { release: 'kps' } } } },
  },
  PrometheusRule: { values: { monitoring: { prometheusRule: { enabled: true } } } },
  Ingress: {
    values: {
      ingress: {
        enabled: true,
        className: 'traefik',
        routes: [
          { host: 'api.example.com', path: '/', service: 'ingest' },
          { host: 'console.example.com', path: '/', service: 'console' },
          { path: '/', service: 'grafana' },
        ],
        tls: [{ hosts: ['api.example.com'], secretName: 'tls' }],
      },
    },
  },
  HTTPRoute: { values: { httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }] } } },
  NetworkPolicies: { values: { networkPolicy: { enabled: true } } },
  'load test': { values: { loadtest: { enabled: true, env: { MESSAGES: 1000 } } } },
  'existing Secrets': {
    values: {
      lanes: storesOn.lanes,
      ...Object.fromEntries(
        ['rabbitmq', 'kafka', 'valkey', 'redis', 'postgresql', 'ignite', 'grafana'].map((server) => [
          server,
          { enabled: true, auth: { existingSecret: `my-${server}` } },
        ]),
      ),
      services: { ingest: { apiKeys: { existingSecret: 'my-keys' } } },
      loadtest: { enabled: true, apiKey: { existingSecret: 'my-key' } },
    },
  },
  'orders with existing Secrets': {
    values: {
      orders: {
        enabled: true,
        mailbox: { enabled: true },
        auth: { existingSecret: 'my-orders' },
        api: { apiKeys: { existingSecret: 'my-order-keys' } },
      },
      ...Object.fromEntries(
        ['kafka', 'postgresql'].map((server) => [
          server,
          { enabled: true, auth: { existingSecret: `my-${server}` } },
        ]),
      ),
    },
  },
  'lanes crossed': {
    values: {
      lanes: {
        'rabbitmq-valkey': null,
        'kafka-redis': null,
        'rabbitmq-redis': { broker: 'rabbitmq', store: 'redis', replicas: 2 },
        'kafka-valkey': { broker: 'kafka', store: 'valkey' },
      },
    },
  },
  'merged over pods': {
    values: {
      commonAnnotations: { owner: 'me' },
      ipFamilyPolicy: 'PreferDualStack',
      ipFamilies: ['IPv4', 'IPv6'],
      pod: {
        workloadAnnotations: { 'reloader.stakater.com/auto': 'true' },
        spec: {
          runtimeClassName: 'gvisor',
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
          ],
          volumes: [{ name: 'cas', csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true } }],
        },
        container: {
          volumeMounts: [{ name: 'cas', mountPath: '/cas', readOnly: true }],
          env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
        },
      },
      services: {
        ingest: {
          env: { RATE_LIMIT_PER_SECOND: { valueFrom: { configMapKeyRef: { name: 'mine', key: 'limit' } } } },
          service: { type: 'LoadBalancer', nodePort: 30_080, spec: { externalTrafficPolicy: 'Local' } },
        },
      },
      monitoring: {
        serviceMonitor: {
          enabled: true,
          namespace: 'monitoring',
          scrapeTimeout: '10s',
          metricRelabelings: [{ action: 'labeldrop', regex: 'pod' }],
        },
      },
      httpRoute: {
        enabled: true,
        parentRefs: [{ name: 'gateway' }],
        routes: [{ path: '/messages', pathType: 'Exact', service: 'ingest', timeouts: { request: '10s' } }],
      },
    },
  },
  everything: {
    values: {
      ...storesOn,
      orders: {
        ...ordersOn.orders,
        catalogue: { existingConfigMap: 'caudal-mine', skipBad: true },
        api: { apiKeys: { existingSecret: 'caudal-orders-auth', key: 'order-id-secret' } },
      },
      films: filmsOn.films,
      postgresql: filmsOn.postgresql,
      services: { ingest: { autoscaling: { enabled: true } }, console: { control: { enabled: true } } },
      consumer: { keda: { enabled: true } },
      monitoring: { serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } },
      ingress: { enabled: true },
      httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }] },
      networkPolicy: { enabled: true, clients: [{ namespaceSelector: {} }], scrapers: [{ podSelector: {} }] },
      loadtest: { enabled: true },
      valkey: { exporter: { enabled: true } },
      redis: { exporter: { enabled: true } },
      prometheus: { discovery: 'kubernetes' },
      pod: {
        nodeSelector: { pool: 'a' },
        annotations: { a: 'b' },
        labels: { team: 'c' },
        priorityClassName: 'high',
      },
      extraObjects: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: '{{ .Release.Name }}-mine' },
          data: { a: 'b' },
        },
      ],
    },
  },
};
