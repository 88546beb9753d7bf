/** Files that may name a broker or a store, and why. */
export interface Place {
  /** Glob of paths from the root of the repository; `<name>` is any broker or store. */
  readonly glob: string;
  readonly reason: string;
}

/**
 * Everything else takes brokers and stores from lanes, descriptions or registries, so that a new one needs no edit there.
 * Documents, comments and tests are not read.
 */
export const PLACES: readonly Place[] = [
  { glob: 'services/common/src/messaging/<name>/**', reason: 'adapters of a broker' },
  { glob: 'services/common/src/messaging/memory/**', reason: 'stand-ins for a broker' },
  { glob: 'services/common/src/messaging/brokers.ts', reason: 'registry of brokers' },
  { glob: 'services/common/src/stores/*-store.ts', reason: 'adapters of a store' },
  {
    glob: 'services/common/src/{postgresql,stores/<name>}/**',
    reason: 'adapters of a store and its protocol',
  },
  { glob: 'services/consumer/src/schema*.ts', reason: 'makes the schema of a store that has one' },
  {
    glob: 'services/orders/src/{api,database,log,notifier,processor,schema}/**',
    reason: 'keeps orders in a database with functions of its own, and announces them in a log',
  },
  {
    glob: 'services/films/src/{api,data,import,replicas,schema,search}/**',
    reason: 'keeps films in a database, and reads them from its replicas',
  },
  { glob: 'services/common/src/stores/*.lua', reason: 'scripts that a store runs' },
  { glob: 'services/common/src/stores/store-kinds.ts', reason: 'registry of stores' },
  { glob: 'services/common/src/lanes/describe-lanes.ts', reason: 'the default lanes' },
  { glob: 'services/console/src/{openapi,schemas/*}.ts', reason: 'examples of answers' },
  { glob: 'services/lab/src/workloads/*/**', reason: 'descriptions of systems' },
  { glob: 'services/lab/src/servers/*.ts', reason: 'how each server reports its version' },
  { glob: '{services,grafana-dashboards}/**/package.json', reason: 'drivers' },
  { glob: 'tools/servers/descriptions/**', reason: 'descriptions of servers' },
  { glob: 'tools/servers/probes.ts', reason: 'protocols' },
  { glob: 'tools/rootfs/{layers/*.sh,*/pom.xml}', reason: 'recipes of layers' },
  { glob: 'compose.yaml', reason: 'the servers as containers' },
  { glob: 'tools/cluster/values-*.yaml', reason: 'tags of images' },
  { glob: 'charts/caudal/{Chart.yaml,images.txt,values*}', reason: 'values of the chart' },
  { glob: 'charts/caudal/examples/**', reason: 'values of the chart' },
  { glob: 'charts/caudal/files/{<name>,stores}/*', reason: 'files of a server' },
  { glob: 'charts/caudal/templates/_catalogue.tpl', reason: 'the catalogue of servers' },
  { glob: 'charts/caudal/templates/{<name>,stores}/*', reason: 'objects of a server' },
  {
    glob: 'charts/caudal/templates/films/*',
    reason: 'where films are kept, and from which replicas they are read',
  },
  { glob: 'charts/caudal/templates/orders/*', reason: 'what the shop needs, and where its orders are kept' },
  {
    glob: 'services/common/src/palette.ts',
    reason: 'hues of brokers, and the stores that their lanes usually end in',
  },
  { glob: 'grafana-dashboards/src/dashboards/brokers-and-stores.ts', reason: 'panels of servers' },
  {
    glob: 'grafana-dashboards/src/alerts/servers.ts',
    reason: 'what fills up in a server, in the words of its metrics',
  },
  { glob: 'grafana-dashboards/src/signals/{<name>,stores}.ts', reason: 'metrics of a server' },
];
