import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Manifest, type RenderOptions, render } from '../test/support/manifests.ts';
import type { GeneratedFile } from './generated-file.ts';
import { repository } from './paths.ts';

/**
 * The renderings that are kept in the repository, by the names of their files; `kind`: objects of that kind alone; `over`: objects
 * that another rendering does not have alone.
 */
const renderings: Readonly<
  Record<string, RenderOptions & { readonly kind?: string; readonly over?: RenderOptions }>
> = {
  default: {},
  ha: { presets: ['ha'] },
  'network-policies': { values: { networkPolicy: { enabled: true } }, kind: 'NetworkPolicy' },
  stores: {
    presets: ['stores'],
    values: { services: { console: { control: { enabled: true } } } },
    over: {},
  },
  orders: {
    presets: ['orders'],
    values: { networkPolicy: { enabled: true } },
    over: { values: { networkPolicy: { enabled: true } } },
  },
  films: {
    presets: ['films'],
    values: { networkPolicy: { enabled: true } },
    over: { values: { networkPolicy: { enabled: true } } },
  },
};

/** ConfigMaps that hold copies of files, which have tests of their own. */
const copies = /-(dashboard-[\w-]+|prometheus-rules|loadtest-scripts)$/;

const header = [
  'Rendered by charts/scripts/write-golden.ts ("npm run golden"). Read the difference before you commit it.',
  'Left out: generated passwords, checksums, the text of dashboards, alert rules and load tests.',
]
  .map((line) => `# ${line}\n`)
  .join('');

/** What the chart renders, so that a review sees every change of it; without what is random or tested elsewhere. */
export async function goldenFiles(): Promise<readonly GeneratedFile[]> {
  return await Promise.all(
    Object.entries(renderings).map(async ([name, { kind, over, ...options }]) => {
      const known = over === undefined ? [] : (await render(over)).map(titleOf);
      const manifests = (await render(options))
        .filter((manifest) => kind === undefined || manifest.kind === kind)
        .filter((manifest) => !known.includes(titleOf(manifest)))
        .sort((a, b) => compare(titleOf(a), titleOf(b)));
      const documents = manifests.map((manifest) =>
        stringify(mask(manifest), { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false }),
      );
      return {
        path: join(repository, 'charts', 'test', 'golden', `${name}.yaml`),
        content: header + documents.map((document) => `---\n${document}`).join(''),
      };
    }),
  );
}

const titleOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function mask(manifest: Manifest): unknown {
  const masked = maskChecksums(manifest) as Manifest;
  const { kind, metadata, data = {} } = masked;
  if (kind === 'Secret') return { ...masked, data: maskValues(data, '(generated)') };
  if (kind === 'ConfigMap' && copies.test(metadata.name))
    return { ...masked, data: maskValues(data, '(a copy)') };
  return masked;
}

function maskValues(data: Readonly<Record<string, string>>, by: string): Record<string, string> {
  return Object.fromEntries(Object.keys(data).map((key) => [key, by]));
}

function maskChecksums(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(maskChecksums);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key.startsWith('checksum/') ? '(checksum)' : maskChecksums(value),
    ]),
  );
}
