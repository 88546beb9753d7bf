import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { kubernetesVersions } from '../scripts/kubeconform/schemas.ts';
import { chart, repository } from '../scripts/paths.ts';
import { imagesOf, secretKeysOf, sizingRows } from './support/doc-tables.ts';
import { helm } from './support/helm.ts';
import { find, ownImageValues, type RenderOptions, render } from './support/manifests.ts';
import { containersOf, podsOf } from './support/pods.ts';
import { storesOn, toggles } from './support/toggles.ts';

const directory = join(repository, 'docs', 'kubernetes');
const pages = new Map(
  globSync('*.md', { cwd: directory }).map((file) => [
    basename(file, '.md'),
    readFileSync(join(directory, file), 'utf8'),
  ]),
);

function page(name: string): string {
  const text = pages.get(name);
  assert.ok(text !== undefined, `docs/kubernetes/${name}.md`);
  return text;
}

/** Fenced blocks of a language. */
function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, body]) => body ?? '',
  );
}

/** Commands of all shell blocks, each on one line. */
const commands = [...pages].flatMap(([name, text]) =>
  blocks(text, 'sh')
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((command) => ({ name, command: command.replace(/\s{2,}#.*$/, '').trim() })),
);

/** Cells of the table after a mark, without its head. */
function tableAfter(text: string, mark: string): readonly (readonly string[])[] {
  const start = text.indexOf(mark);
  assert.ok(start >= 0, mark);
  const [rows = ''] = /(?:^\|.*\n)+/m.exec(text.slice(start)) ?? [];
  return rows
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

const presets: Readonly<Record<string, RenderOptions>> = {
  default: {},
  minimal: { presets: ['minimal'] },
  ha: { presets: ['ha'] },
  stores: { presets: ['stores'] },
  orders: { presets: ['orders'] },
  films: { presets: ['films'] },
  external: { presets: ['external'] },
};

describe('the Kubernetes pages', () => {
  it('lead where something is', () => {
    let links = 0;
    for (const [name, text] of pages) {
      for (const [, target = '', anchor] of text.matchAll(/\]\(([^)#]*)(#[^)]*)?\)/g)) {
        links += 1;
        const path = target === '' ? join(directory, `${name}.md`) : resolve(directory, target);
        assert.ok(existsSync(path), `${name}.md: ${target}`);
        if (anchor !== undefined)
          assert.ok(anchorsOf(path).includes(anchor), `${name}.md: ${target}${anchor}`);
      }
    }
    assert.ok(links >= 40, `only ${links} links`);
  });

  it('are all named in their index', () => {
    for (const name of pages.keys())
      if (name !== 'README') assert.ok(page('README').includes(`(${name}.md)`), name);
  });

  it('have Helm commands that the chart takes', async () => {
    const installs = commands.filter(({ command }) => /^helm (install|upgrade) /.test(command));
    assert.ok(installs.length >= 12, `only ${installs.length} commands`);
    for (const { name, command } of installs) {
      const flags = [...command.matchAll(/(?:^| )(-f|--set) ('[^']*'|\S+)/g)].flatMap(
        ([, flag = '', value = '']) => [flag, value.replaceAll("'", '')],
      );
      const files = flags.map((flag) => {
        if (flag === 'image.yaml') return ownImageValues;
        return flag.startsWith('charts/') ? join(repository, flag) : flag;
      });
      // Helm keeps the image that was named before only if it reuses values; every other command must name it.
      const kept = /--(?:reset-then-)?reuse-values/.test(command) ? ['--values', ownImageValues] : [];
      const { ok, stderr } = await helm('template', 'caudal', chart, ...kept, ...files);
      assert.ok(ok, `${name}.md: ${command}\n${stderr}`);
    }
  });

  it('have values that the chart takes', async () => {
    let found = 0;
    for (const [name, text] of pages) {
      for (const block of blocks(text, 'yaml')) {
        if (block.startsWith('# values of kube-prometheus-stack')) continue;
        found += 1;
        await assert.doesNotReject(render({ values: parse(block) as unknown }), `${name}.md: ${block}`);
      }
    }
    assert.ok(found >= 2);
  });

  it('name values that the chart has', () => {
    const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<string, unknown>;
    let found = 0;
    for (const [name, text] of pages) {
      for (const [, code = ''] of text.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)+)(?:: [^`]*)?`/g)) {
        const path = code.split('.');
        if (!((path[0] as string) in values) || /\.(yaml|txt)$/.test(code)) continue;
        found += 1;
        let node: unknown = values;
        for (const key of path) {
          assert.ok(typeof node === 'object' && node !== null && key in node, `${name}.md: ${code}`);
          node = (node as Record<string, unknown>)[key];
        }
      }
    }
    assert.ok(found >= 60, `only ${found} values`);
  });

  it('name objects that the chart makes', async () => {
    const all = (await Promise.all([{}, toggles.everything ?? {}].map((options) => render(options)))).flat();
    const kinds: Readonly<Record<string, string>> = {
      svc: 'Service',
      deploy: 'Deployment',
      statefulset: 'StatefulSet',
      scaledobject: 'ScaledObject',
    };
    let found = 0;
    for (const { name, command } of commands) {
      for (const [, kind = '', object = ''] of command.matchAll(
        /\b(svc|deploy|statefulset|scaledobject)[/ ](caudal-[a-z-]+)/g,
      )) {
        found += 1;
        assert.ok(
          all.some((manifest) => manifest.kind === kinds[kind] && manifest.metadata.name === object),
          `${name}.md: ${command}`,
        );
      }
    }
    assert.ok(found >= 9, `only ${found} objects`);
    const forwards = commands.flatMap(({ command }) => [
      ...command.matchAll(/port-forward svc\/(\S+) \d+:(\d+)/g),
    ]);
    assert.ok(forwards.length >= 5, `only ${forwards.length} port-forwards`);
    for (const [line, service = '', port] of forwards) {
      const { spec = {} } = find(all, 'Service', service);
      const ports = (spec.ports as readonly { port: number }[]).map((one) => String(one.port));
      assert.ok(ports.includes(port ?? ''), line);
    }
  });

  it('say which Kubernetes the chart takes and is validated for', () => {
    const { kubeVersion } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as { kubeVersion: string };
    const minor = (version: string) => /(\d+\.\d+)/.exec(version)?.[1] ?? '';
    assert.ok(page('install').includes(`| ${minor(kubeVersion)} or newer`));
    for (const version of kubernetesVersions)
      assert.match(page('install'), new RegExp(`schemas of .*${minor(version).replace('.', '\\.')}`));
  });
});

function anchorsOf(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(
    ([, title = '']) =>
      `#${title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-')}`,
  );
}

describe('the page on air gaps', () => {
  const { values } = toggles.exporters ?? {};
  const lists: Readonly<Record<string, RenderOptions>> = {
    default: {},
    minimal: { presets: ['minimal'] },
    ha: { presets: ['ha'] },
    stores: { presets: ['stores'] },
    orders: { presets: ['orders'] },
    films: { presets: ['films'] },
    loadtest: { values: { loadtest: { enabled: true } } },
    exporters: { values },
  };
  for (const [name, options] of Object.entries(lists)) {
    it(`lists the images of: ${name}`, async () => {
      const [, list = ''] =
        new RegExp(`<!-- images: ${name} -->\n\n\`\`\`text\n([\\s\\S]*?)\n\`\`\``).exec(page('air-gap')) ??
        [];
      const all = await imagesOf(options);
      const base = name in presets && !['stores', 'orders', 'films'].includes(name) ? [] : await imagesOf({});
      assert.deepEqual(
        list.split('\n'),
        all.filter((image) => !base.includes(image)),
      );
    });
  }
});

describe('the page on sizes', () => {
  for (const [name, options] of Object.entries(presets)) {
    if (name === 'external') continue;
    it(`has the requests and limits of: ${name}`, async () => {
      const table = tableAfter(page('sizing'), `<!-- requests and limits: ${name} -->`);
      assert.deepEqual(table, await sizingRows(options));
    });
  }

  it('is right that no CPU is limited', async () => {
    for (const options of Object.values(presets))
      for (const pod of podsOf(await render(options)))
        for (const { name, resources } of containersOf(pod))
          assert.equal(resources?.limits?.cpu, undefined, `${pod.owner} ${name}`);
  });
});

describe('the page on external servers', () => {
  it('names the keys of each Secret as the chart reads them', async () => {
    const table = new Map(
      tableAfter(page('external-servers'), '## Secrets').map(([value = '', keys = '']) => [
        value.replaceAll('`', ''),
        [...keys.matchAll(/`([^`]+)`/g)].map(([, key]) => key).sort(),
      ]),
    );
    const existing = await secretKeysOf(toggles['existing Secrets'] ?? {});
    const external = await secretKeysOf({ presets: ['external'] });
    for (const server of ['kafka', 'rabbitmq', 'redis', 'valkey', 'postgresql', 'ignite', 'grafana'])
      assert.deepEqual(table.get(`${server}.auth.existingSecret`), existing.get(`my-${server}`), server);
    assert.deepEqual(table.get('externalKafka.sasl.existingSecret'), external.get('caudal-kafka'));
    for (const server of ['Rabbitmq', 'Redis', 'Valkey'])
      assert.deepEqual(
        table.get(`external${server}.existingSecret`),
        external.get(`caudal-${server.toLowerCase()}`),
        server,
      );
    const ofSchemas = await secretKeysOf({
      values: {
        lanes: storesOn.lanes,
        externalPostgresql: { url: 'postgresql://p.example.com/app', existingSecret: 'my-postgresql' },
        externalIgnite: { url: 'ignites://i.example.com', existingSecret: 'my-ignite' },
      },
    });
    for (const server of ['Postgresql', 'Ignite'])
      assert.deepEqual(
        table.get(`external${server}.existingSecret`),
        ofSchemas.get(`my-${server.toLowerCase()}`),
        server,
      );
    assert.deepEqual(table.get('every caSecret'), external.get('caudal-kafka-ca'));
    assert.deepEqual(table.get('loadtest.apiKey.existingSecret')?.slice(0, 1), existing.get('my-key'));
    assert.equal(table.size, 16);
  });

  it('grants on a managed Kafka what the chart grants on its own', async () => {
    const script =
      find(await render(), 'ConfigMap', 'caudal-kafka-topology').data?.['declare-topology.mjs'] ?? '';
    const names: Record<string, string> = {
      TOPIC: 'message',
      DEAD_LETTER_TOPICS: 'message.dead',
      GROUPS: 'caudal',
    };
    const own = [...script.matchAll(/\['(\w+)', (topic|group), (\w+), \[([A-Z_, ]+)\]\]/g)].map(
      ([, user, type, name = '', operations = '']) =>
        `acl ${user} ${operations
          .toLowerCase()
          .replaceAll('_', '')
          .split(', ')
          .map((operation) => `--operation ${operation}`)
          .join(' ')} --${type} ${names[name]}`,
    );
    assert.equal(own.length, 8);
    const granted = commands
      .filter(({ command }) => /^acl \w+ /.test(command))
      .map(({ command }) =>
        command
          .replaceAll(/\s+/g, ' ')
          .replaceAll(/--operation (\w+)/g, (_, word: string) => `--operation ${word.toLowerCase()}`),
      );
    assert.deepEqual(granted.sort(), own.sort());
  });

  it('grants on RabbitMQ what the chart grants on its own', async () => {
    const { permissions } = JSON.parse(
      find(await render(), 'ConfigMap', 'caudal-rabbitmq').data?.['topology.json'] ?? '',
    ) as { permissions: readonly Record<'user' | 'configure' | 'write' | 'read', string>[] };
    const table = tableAfter(page('external-servers'), '## RabbitMQ').map((row) =>
      row.map((cell) => cell.replaceAll('`', '').replaceAll('\\|', '|')),
    );
    assert.deepEqual(
      table,
      permissions
        .filter(({ user }) => user !== 'admin')
        .map(({ user, configure, write, read }) => [user, configure, write, read]),
    );
  });

  it('makes the roles of PostgreSQL that the chart makes in its own', () => {
    const own = readFileSync(join(chart, 'files', 'postgresql', 'setup.sql'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('--'));
    assert.equal(own.length, 6);
    const [shown = ''] = blocks(page('external-servers'), 'sql');
    assert.deepEqual(
      shown.trim().replaceAll(" password 'PASSWORD'", '').split('\n'),
      own.map((statement) => statement.replace(', postgres, template1', '')),
    );
  });

  it('grants on stores what the chart grants on its own', () => {
    const rules = readFileSync(join(chart, 'files', 'stores', 'rules.txt'), 'utf8')
      .trim()
      .split('\n');
    const own = rules.filter((rule) => /^(consumer|console) /.test(rule));
    assert.equal(own.length, 2);
    for (const rule of own) {
      const [user = ''] = rule.split(' ');
      const line = `ACL SETUSER caudal-${user} reset on >PASSWORD ${rule.slice(user.length + 1)}`;
      assert.ok(page('external-servers').split('\n').includes(line), line);
    }
  });
});
