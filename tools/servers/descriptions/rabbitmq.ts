import { IMAGE_PATH } from '../../rootfs/rootfs.ts';
import { describeServer } from '../description.ts';
import { answersAmqp, answersHttp } from '../probes.ts';
import { createSecret } from '../secrets.ts';
import { properties } from './config-file.ts';

/** Addresses of RabbitMQ. */
interface RabbitmqAddresses {
  /** `amqp://user:password@host:port` */
  readonly url: string;
  /** URL of the HTTP API, including credentials; `fetch` needs them in a header instead. */
  readonly managementUrl: string;
  readonly metricsUrl: string;
}

const user = 'caudal';

export const rabbitmq = describeServer({
  role: 'broker',
  ports: ['main', 'management', 'metrics', 'distribution', 'epmd'],
  secrets: { password: createSecret, erlangCookie: createSecret },
  layers: [{ name: 'rabbitmq', sizeMb: 106 }],

  define: ({ ports, secrets }) => ({
    user: 999,
    group: 999,
    dataPath: '/var/lib/rabbitmq',
    dataFiles: { '.erlang.cookie': secrets.erlangCookie },
    configPath: '/etc/rabbitmq',
    files: {
      enabled_plugins: '[rabbitmq_management,rabbitmq_prometheus].\n',
      'rabbitmq.conf': properties({
        'listeners.tcp.1': `127.0.0.1:${ports.main}`,
        'management.tcp.ip': '127.0.0.1',
        'management.tcp.port': ports.management,
        'prometheus.tcp.ip': '127.0.0.1',
        'prometheus.tcp.port': ports.metrics,
        // The only user; RabbitMQ does not create `guest` when another is configured.
        default_user: user,
        default_pass: secrets.password,
        // The defaults are shares of the whole machine, which this server shares with others.
        'vm_memory_high_watermark.absolute': '1GiB',
        'disk_free_limit.absolute': '200MB',
        'log.console': 'true',
        'log.console.level': 'info',
        'log.file': 'false',
      }),
    },
    environment: {
      HOME: '/var/lib/rabbitmq',
      LANG: 'C.UTF-8',
      PATH: '/opt/rabbitmq/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
      RABBITMQ_NODENAME: 'caudal@localhost',
      // Separate port mapper and distribution port: no conflict with other Erlang programs on this machine.
      RABBITMQ_DIST_PORT: String(ports.distribution),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(ports.epmd),
      // Disable busy waiting so that an idle broker leaves the CPU to others. Unacknowledged messages are counted again
      // with every tick, by default every 5 s.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} -rabbit quorum_tick_interval 1000 +sbwt none +sbwtdcpu none +sbwtdio none',
      // Makes the start script exec the server, so that signals reach the server.
      RUNNING_UNDER_SYSTEMD: 'true',
    },
    command: ['rabbitmq-server'],
  }),

  isReady: async ({ ports, secrets }) =>
    (await answersAmqp(ports.main)) &&
    (await answersHttp(ports.management, '/api/overview', `${user}:${secrets.password}`)) &&
    (await answersHttp(ports.metrics, '/metrics')),

  addresses: ({ ports, secrets }): RabbitmqAddresses => ({
    url: `amqp://${user}:${secrets.password}@127.0.0.1:${ports.main}`,
    managementUrl: `http://${user}:${secrets.password}@127.0.0.1:${ports.management}`,
    metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
  }),
  showAddresses: ({ url, managementUrl }) => `${url}  ${managementUrl}`,

  composeVariables: ({ ports, secrets }) => ({
    CAUDAL_RABBITMQ_PASSWORD: secrets.password,
    CAUDAL_RABBITMQ_PORT: String(ports.main),
    CAUDAL_RABBITMQ_MANAGEMENT_PORT: String(ports.management),
    CAUDAL_RABBITMQ_METRICS_PORT: String(ports.metrics),
  }),

  scrapeJobs: ({ ports }) => {
    const static_configs = [{ targets: [`127.0.0.1:${ports.metrics}`] }];
    return [
      { job_name: 'rabbitmq', static_configs },
      {
        job_name: 'rabbitmq-queues',
        metrics_path: '/metrics/detailed',
        params: { family: ['queue_coarse_metrics'] },
        static_configs,
      },
    ];
  },

  image: {
    name: 'rabbitmq:4-management',
    config: {
      Env: [
        `PATH=/opt/rabbitmq/sbin:${IMAGE_PATH}`,
        'HOME=/var/lib/rabbitmq',
        'RABBITMQ_DATA_DIR=/var/lib/rabbitmq',
        'LANG=C.UTF-8',
        'LC_ALL=C.UTF-8',
      ],
      Cmd: ['rabbitmq-server'],
    },
  },
});
