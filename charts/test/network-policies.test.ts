import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { intendedConnections } from './support/connection-table.ts';
import { type RenderOptions, render } from './support/manifests.ts';
import { allowedPairs, component, matches, podLabels, policies, type Rule } from './support/policies.ts';
import { toggles } from './support/toggles.ts';

async function pairsOf(options: RenderOptions): Promise<readonly string[]> {
  return allowedPairs(await render(options));
}

describe('network policies', () => {
  it('are not there unless asked for', async () => {
    assert.deepEqual(policies(await render()), []);
  });

  it('select every pod, and nothing twice', async () => {
    const manifests = await render(toggles.everything);
    for (const [name, labels] of podLabels(manifests)) {
      const own = policies(manifests).filter(({ podSelector }) => matches(podSelector.matchLabels, labels));
      assert.equal(own.length, 1, name);
      assert.deepEqual(own[0]?.policyTypes, ['Ingress', 'Egress'], name);
    }
  });

  it('allow exactly the connections that Caudal needs', async () => {
    assert.deepEqual(await pairsOf(toggles.NetworkPolicies ?? {}), [...intendedConnections].sort());
  });

  it('follow exporters and discovery by the API', async () => {
    const pairs = await pairsOf({
      values: {
        networkPolicy: { enabled: true },
        valkey: { exporter: { enabled: true } },
        prometheus: { discovery: 'kubernetes' },
      },
    });
    assert.deepEqual(
      pairs.filter((pair) => !intendedConnections.includes(pair)),
      ['prometheus → anywhere:443', 'prometheus → anywhere:6443', 'prometheus → valkey:9121'],
    );
  });

  it('let every pod ask for names by UDP and TCP, and connect by TCP alone', async () => {
    for (const { podSelector, egress, ingress } of policies(await render(toggles.NetworkPolicies))) {
      const name = podSelector.matchLabels[component];
      const protocols = (rules: readonly Rule[] | null) =>
        (rules ?? []).flatMap(({ ports = [] }) =>
          ports.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`),
        );
      const out = protocols(egress);
      assert.deepEqual(out.filter((port) => port.startsWith('53/')).sort(), ['53/TCP', '53/UDP'], name);
      const other = [...out, ...protocols(ingress)].filter((port) => !port.startsWith('53/'));
      assert.deepEqual(
        other.filter((port) => !port.endsWith('/TCP')),
        [],
        name,
      );
    }
  });

  it('lead to the name servers, external servers and clients that are named, and to no others', async () => {
    const peer = (namespace: string) => [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    ];
    const networkPolicy = {
      enabled: true,
      dns: { peers: peer('dns'), ports: [53, 5_353] },
      external: { kafka: peer('kafka'), redis: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
      clients: peer('everyone'),
      clientsOf: { console: peer('staff') },
    };
    const all = policies(await render({ presets: ['external'], values: { networkPolicy } }));
    const of = (name: string) => all.find(({ podSelector }) => podSelector.matchLabels[component] === name);
    const ports = (rule: Rule | undefined) =>
      rule?.ports?.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`);
    const [names, ...rest] = of('kafka-redis-consumer')?.egress ?? [];
    assert.deepEqual(names?.to, peer('dns'));
    assert.deepEqual(ports(names), ['53/UDP', '53/TCP', '5353/UDP', '5353/TCP']);
    assert.deepEqual(
      rest.map((rule) => [rule.to, ports(rule)]),
      [
        [peer('kafka'), ['9093/TCP']],
        [[{ ipBlock: { cidr: '10.0.0.0/8' } }], ['6379/TCP']],
      ],
    );
    assert.deepEqual(of('ingest')?.ingress?.[0]?.from, peer('everyone'));
    assert.deepEqual(of('console')?.ingress?.[0]?.from, peer('staff'));
  });

  it('open the ports of external servers, to those who need them', async () => {
    const pairs = await pairsOf({ presets: ['external'], values: { networkPolicy: { enabled: true } } });
    assert.deepEqual(
      pairs.filter((pair) => pair.includes('anywhere') && !pair.endsWith(':53')),
      [
        'console → anywhere:5671',
        'console → anywhere:6379',
        'console → anywhere:9090',
        'console → anywhere:9093',
        'ingest → anywhere:5671',
        'ingest → anywhere:9093',
        'kafka-redis-consumer → anywhere:6379',
        'kafka-redis-consumer → anywhere:9093',
        'rabbitmq-valkey-consumer → anywhere:5671',
        'rabbitmq-valkey-consumer → anywhere:6379',
      ],
    );
  });

  it('open the port of an external management API to the console', async () => {
    const open = async (managementUrl: string) => {
      const values = { networkPolicy: { enabled: true }, externalRabbitmq: { managementUrl } };
      const pairs = await pairsOf({ presets: ['external'], values });
      return pairs.filter(
        (pair) => pair.startsWith('console → anywhere') || pair.startsWith('ingest → anywhere'),
      );
    };
    const without = await open('');
    for (const [url, port] of [
      ['https://rabbitmq.example.com:15671', 15_671],
      ['https://rabbitmq.example.com', 443],
    ] as const) {
      assert.deepEqual(new Set(await open(url)), new Set([...without, `console → anywhere:${port}`]));
    }
  });

  it('open the ports that external brokers advertise besides', async () => {
    const values = { networkPolicy: { enabled: true }, externalKafka: { extraPorts: [9_094, 9_095] } };
    const pairs = await pairsOf({ presets: ['external'], values });
    for (const from of ['ingest', 'console', 'kafka-redis-consumer'])
      assert.deepEqual(
        pairs.filter((pair) => pair.startsWith(`${from} → anywhere:909`) && !pair.endsWith(':9090')),
        [9_093, 9_094, 9_095].map((port) => `${from} → anywhere:${port}`),
      );
  });

  it('let only the clients in that are named', async () => {
    const clients = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } } }];
    const manifests = await render({ values: { networkPolicy: { enabled: true, clients } } });
    const open = policies(manifests).flatMap(({ ingress }) =>
      (ingress ?? []).filter(({ from }) => from === undefined),
    );
    assert.deepEqual(open, []);
    const named = policies(manifests).flatMap(({ ingress }) =>
      (ingress ?? []).filter(({ from }) => JSON.stringify(from) === JSON.stringify(clients)),
    );
    assert.equal(named.length, 3);
  });

  it('let the scrapers that are named reach every metrics port, those of exporters where there are any', async () => {
    const scrapers = [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
    ];
    const scraped = async (values: object) =>
      policies(await render({ values: { networkPolicy: { enabled: true, scrapers }, ...values } }))
        .flatMap(({ podSelector, ingress }) =>
          (ingress ?? [])
            .filter(({ from }) => JSON.stringify(from) === JSON.stringify(scrapers))
            .flatMap(({ ports = [] }) =>
              ports.map(({ port }) => `${podSelector.matchLabels[component]}:${port}`),
            ),
        )
        .sort();
    const always = [
      'console:9090',
      'ingest:9090',
      'kafka-redis-consumer:9090',
      'rabbitmq-valkey-consumer:9090',
      'rabbitmq:15692',
    ];
    assert.deepEqual(await scraped({}), always);
    const exporter = { exporter: { enabled: true } };
    assert.deepEqual(await scraped({ redis: exporter }), [...always, 'redis:9121'].sort());
    assert.deepEqual(
      await scraped({ redis: exporter, valkey: exporter }),
      [...always, 'redis:9121', 'valkey:9121'].sort(),
    );
  });
});
