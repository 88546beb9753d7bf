import { IMAGE_PATH } from '../../rootfs/rootfs.ts';
import { describeServer } from '../description.ts';
import { answersHttp } from '../probes.ts';

/** Address of Prometheus. */
interface PrometheusAddresses {
  readonly url: string;
}

export const prometheus = describeServer({
  role: 'monitor',
  ports: ['main'],
  secrets: {},
  layers: [{ name: 'prometheus', sizeMb: 193 }],

  define: ({ ports }, { scrapeIntervalSeconds, scrapeJobs }) => {
    const interval = `${scrapeIntervalSeconds}s`;
    return {
      user: 65_534,
      group: 65_534,
      dataPath: '/prometheus',
      configPath: '/etc/prometheus',
      files: {
        // JSON is YAML.
        'prometheus.yml': JSON.stringify({
          global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
          scrape_configs: [
            {
              job_name: 'caudal',
              file_sd_configs: [{ files: ['/etc/prometheus/targets/*.json'], refresh_interval: '5s' }],
            },
            ...scrapeJobs,
          ],
        }),
      },
      readsTargets: true,
      environment: { PATH: '/usr/bin:/bin' },
      command: [
        'prometheus',
        '--config.file=/etc/prometheus/prometheus.yml',
        '--storage.tsdb.path=/prometheus',
        '--storage.tsdb.retention.time=1d',
        `--web.listen-address=127.0.0.1:${ports.main}`,
      ],
    };
  },

  isReady: ({ ports }) => answersHttp(ports.main, '/-/ready'),

  addresses: ({ ports }): PrometheusAddresses => ({ url: `http://127.0.0.1:${ports.main}` }),
  showAddresses: ({ url }) => url,

  composeVariables: ({ ports }) => ({ CAUDAL_PROMETHEUS_PORT: String(ports.main) }),

  image: {
    name: 'prom/prometheus:v2',
    config: {
      Env: [`PATH=${IMAGE_PATH}`],
      User: '65534',
      WorkingDir: '/prometheus',
      Entrypoint: ['/bin/prometheus'],
      Cmd: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    },
  },
});
