import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chart } from '../../scripts/paths.ts';
import { helm, preset } from './helm.ts';

/** A Kubernetes object, as far as these tests look into it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: Record<string, unknown>;
  readonly data?: Record<string, string>;
}

/** What a chart is rendered with. */
export interface RenderOptions {
  readonly release?: string;
  /** Directory of the chart, where it is not the repository's. */
  readonly chart?: string;
  /** Values files of the chart by name: `minimal`, `ha`, `stores`, `orders`, `films`, `external`. */
  readonly presets?: readonly string[];
  /** Values merged over them. */
  readonly values?: unknown;
  /** Other flags of `helm template`. */
  readonly flags?: readonly string[];
  /** Whether an image of Caudal is named, under all other values; by default it is. */
  readonly ownImage?: boolean;
}

/** A values file that names an image of Caudal, as every user of the chart must: it has none by default. */
export const ownImageValues = join(import.meta.dirname, 'own-image.yaml');

const rendered = new Map<string, Promise<readonly Manifest[]>>();

/**
 * The objects that `helm template` makes; each distinct rendering is made once per test file.
 *
 * @throws Error with Helm's message if it refuses, or with the parser's if what it made is not valid YAML.
 */
export function render(options: RenderOptions = {}): Promise<readonly Manifest[]> {
  const key = JSON.stringify(options);
  let result = rendered.get(key);
  if (result === undefined) {
    result = template(options);
    rendered.set(key, result);
  }
  return result;
}

/** What `helm template` prints, for what is lost in parsing. */
export async function renderedText(options: RenderOptions): Promise<string> {
  const { ok, stdout, stderr } = await runTemplate(options);
  if (!ok) throw new Error(stderr);
  return stdout;
}

/** Helm's message about values it refuses. */
export async function refusal(options: RenderOptions): Promise<string> {
  const { ok, stderr } = await runTemplate(options);
  if (ok) throw new Error(`helm accepted ${JSON.stringify(options)}`);
  return stderr;
}

async function template(options: RenderOptions): Promise<readonly Manifest[]> {
  const { ok, stdout, stderr } = await runTemplate(options);
  if (!ok) throw new Error(stderr);
  return parseAllDocuments(stdout, { uniqueKeys: true }).flatMap((document) => {
    const problem = document.errors[0];
    if (problem !== undefined) throw problem;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

async function runTemplate(options: RenderOptions) {
  const {
    release = 'caudal',
    presets = [],
    values = {},
    flags = [],
    ownImage = true,
    chart: directoryOfChart = chart,
  } = options;
  const directory = await mkdtemp(join(tmpdir(), 'caudal-values-'));
  try {
    const file = join(directory, 'values.json');
    await writeFile(file, JSON.stringify(values));
    const own = ownImage ? [ownImageValues] : [];
    const files = [...own, ...presets.map(preset), file].flatMap((path) => ['--values', path]);
    return await helm('template', release, directoryOfChart, '--namespace', 'test', ...files, ...flags);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The object of a kind and name. */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** Names of all objects of a kind, sorted. */
export function names(manifests: readonly Manifest[], kind: string): readonly string[] {
  return manifests
    .filter((manifest) => manifest.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort();
}

/** The specification of the object of a kind and name. */
export function specOf<Spec>(manifests: readonly Manifest[], kind: string, name: string): Spec {
  return find(manifests, kind, name).spec as Spec;
}
