import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { kubernetesVersions } from '../scripts/kubeconform/schemas.ts';
import { chart, repository } from '../scripts/paths.ts';

const read = (...path: readonly string[]): string => readFileSync(join(repository, ...path), 'utf8');

const { images } = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as {
  images: Record<string, { tag: string }>;
};
const { services } = parse(read('compose.yaml')) as { services: Record<string, { image: string }> };

/** The rows of the page's tables by their first cell. */
const rows = new Map(
  read('docs', 'kubernetes', 'README.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => {
      const [, part = '', ...cells] = line.split('|').map((cell) => cell.trim());
      return [part, cells] as const;
    }),
);

/** Keys under `images` by the words of the table. */
const parts: Readonly<Record<string, string>> = {
  RabbitMQ: 'rabbitmq',
  Kafka: 'kafka',
  Valkey: 'valkey',
  Redis: 'redis',
  PostgreSQL: 'postgresql',
  Ignite: 'ignite',
  Prometheus: 'prometheus',
  Grafana: 'grafana',
  k6: 'k6',
  exporter: 'storeExporter',
};

/** Version of a module that a go.mod names. */
function moduleVersion(directory: readonly string[], module: string): string {
  const found = new RegExp(`${module} v(\\S+)`).exec(read(...directory, 'go.mod'))?.[1];
  assert.ok(found, `${directory.join('/')}/go.mod has no ${module}`);
  return found;
}

describe('the versions', () => {
  it('of the chart are those of Compose', () => {
    for (const [server, { image }] of Object.entries(services))
      assert.equal(image.split(':').at(-1), images[server.replace(/-replica-\d$/, '')]?.tag, server);
  });

  it('of the chart are those of the table', () => {
    assert.deepEqual(
      Object.values(parts).sort(),
      Object.keys(images)
        .filter((key) => key !== 'pullPolicy' && key !== 'caudal')
        .sort(),
    );
    for (const [part, key] of Object.entries(parts))
      assert.equal(rows.get(part)?.[0], images[key]?.tag.replace('-management', ''), part);
  });

  it('that the checks run are those of the table, as far as the repository chooses them', () => {
    const kafka = /<kafka\.version>([\d.]+)</.exec(read('tools', 'rootfs', 'kafka', 'pom.xml'))?.[1];
    assert.equal(rows.get('Kafka')?.[1], kafka);
    const ignite = /<ignite\.version>([\d.]+)</.exec(read('tools', 'rootfs', 'ignite', 'pom.xml'))?.[1];
    assert.equal(rows.get('Ignite')?.[1], ignite);
    assert.equal(rows.get('k6')?.[1], moduleVersion(['tools', 'k6'], 'go.k6.io/k6'));
    const kube = ['tools', 'cluster', 'kube'];
    assert.equal(rows.get('Kubernetes')?.[1], moduleVersion(kube, 'k8s.io/kubernetes'));
    assert.equal(rows.get('ingress')?.[1], `Traefik ${moduleVersion(kube, 'github.com/traefik/traefik/v3')}`);
    assert.equal(rows.get('metrics-server')?.[1], moduleVersion(kube, 'sigs.k8s.io/metrics-server'));
    const minors = kubernetesVersions.map((version) => version.replace(/^v(\d+\.\d+)\..*$/, '$1'));
    assert.equal(rows.get('Kubernetes')?.[0], minors.join(', '));
  });
});
