import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const scripts = Object.keys(
  (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
);

/** The parts of a workflow that are read here. */
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { uses?: string; run?: string }[] }>>;
}

const workflows = ['ci', 'release'].map((name) => {
  const path = `.github/workflows/${name}.yml`;
  return {
    path,
    text: read(path),
    steps: Object.values((parse(read(path)) as Workflow).jobs).flatMap((job) => job.steps),
  };
});

describe('workflows', () => {
  it('name actions with a version', () => {
    const uses = workflows.flatMap(({ steps }) => steps.flatMap((step) => step.uses ?? []));
    assert.ok(uses.length >= 10, `only ${uses.length} actions`);
    for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@(?:v\d+|[0-9a-f]{40})$/);
  });

  it('run scripts and steps that exist', () => {
    const commands = workflows.flatMap(({ steps }) => steps.flatMap((step) => step.run?.split('\n') ?? []));
    const named = commands.flatMap((command) => /^npm (?:run )?([\w:]+)/.exec(command.trim())?.[1] ?? []);
    assert.ok(named.length >= 5);
    for (const name of named) assert.ok(name === 'ci' || scripts.includes(name), name);
    const steps = [...read('tools/check/main.ts').matchAll(/name: '([^']+)'/g)].map(([, name]) => name);
    const [list = ''] = commands.flatMap((command) => /^npm test -- (.+)/.exec(command)?.[1] ?? []);
    const chosen = [...list.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
    assert.ok(chosen.length >= 7);
    for (const step of chosen) assert.ok(steps.includes(step), step);
  });
});

describe('issue forms', () => {
  it('are YAML that asks for something', () => {
    for (const name of ['bug', 'feature']) {
      const form = parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)) as { body: { id?: string }[] };
      assert.ok(form.body.filter(({ id }) => id !== undefined).length >= 2, name);
    }
  });
});

describe('documents outside docs/kubernetes', () => {
  const documents = globSync(
    ['*.md', 'docs/*.md', '{grafana-dashboards,load-tests,tools/cluster}/README.md'],
    { cwd: root },
  );

  it('link to files and headings that exist', () => {
    let links = 0;
    for (const document of documents) {
      for (const [, target = '', anchor] of read(document).matchAll(
        /(?:\]\(|src(?:set)?=")(?!https?:)([^)#"]*)(?:#([^)"]*))?[)"]/g,
      )) {
        links += 1;
        const path = target === '' ? join(root, document) : resolve(root, dirname(document), target);
        assert.ok(existsSync(path), `${document}: ${target}`);
        if (anchor !== undefined)
          assert.ok(
            anchorsOf(readFileSync(path, 'utf8')).includes(anchor),
            `${document}: ${target}#${anchor}`,
          );
      }
    }
    assert.ok(links >= 60, `only ${links} links`);
  });

  it('name npm scripts that exist', () => {
    let found = 0;
    for (const document of documents) {
      for (const [, name = ''] of read(document).matchAll(/\bnpm run (?:-s )?([\w:]+)/g)) {
        found += 1;
        assert.ok(scripts.includes(name), `${document}: npm run ${name}`);
      }
    }
    assert.ok(found >= 15, `only ${found} scripts`);
  });
});

/** The anchors of a document's headings, as Git hosts make them. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}
