import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureCached } from '../../../tools/lib/cache.ts';
import { type OnProgress, withProgress } from '../../../tools/lib/progress.ts';
import { runCommand } from '../../../tools/lib/run-command.ts';

type Schema = Record<string, unknown>;

/**
 * Kubernetes releases that the chart is checked against, by their Go module versions: the oldest that it supports and
 * the three that are maintained.
 */
export const kubernetesVersions = ['v1.29.6', 'v1.35.4', 'v1.36.3', 'v1.37.2'] as const;

/** Go modules that carry the CustomResourceDefinitions of what the chart may make. */
const customResources = [
  { module: 'sigs.k8s.io/gateway-api@v1.4.0', files: 'config/crd/standard/*_httproutes.yaml' },
  { module: 'github.com/kedacore/keda/v2@v2.19.0', files: 'config/crd/bases/keda.sh_scaledobjects.yaml' },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.93.1',
    files: 'example/prometheus-operator-crd/*_{servicemonitors,prometheusrules}.yaml',
  },
];

/** Where kubeconform finds the schema of a kind in a directory that this module made. */
export const schemaLocation = '{{ .ResourceKind }}{{ .KindSuffix }}.json';

/** A directory with one closed schema for each kind of a Kubernetes release, from its own OpenAPI description. */
export function ensureKubernetesSchemas(version: string, onProgress: OnProgress): Promise<string> {
  return ensureCached({
    kind: 'kubernetes-schemas',
    key: version,
    onProgress,
    build: (target) =>
      withProgress(`schemas of Kubernetes ${version}`, onProgress, async () => {
        const source = await downloadModule(`k8s.io/kubernetes@${version}`);
        const text = await readFile(join(source, 'api/openapi-spec/swagger.json'), 'utf8');
        const { definitions } = JSON.parse(text) as { definitions: Record<string, Schema> };
        for (const [name, definition] of Object.entries(definitions)) {
          const kinds = definition['x-kubernetes-group-version-kind'] as
            | readonly { group: string; version: string; kind: string }[]
            | undefined;
          for (const { group, version: api, kind } of kinds ?? []) {
            await writeFile(
              join(target, schemaFile(group, api, kind)),
              JSON.stringify(standalone(name, definitions)),
            );
          }
        }
      }),
  });
}

/** A directory with one closed schema for each custom resource that the chart may make. */
export function ensureCustomResourceSchemas(onProgress: OnProgress): Promise<string> {
  return ensureCached({
    kind: 'kubernetes-schemas',
    key: customResources
      .map(({ module }) => module.replaceAll('/', '-'))
      .join('+')
      .slice(-120),
    onProgress,
    build: (target) =>
      withProgress('schemas of custom resources', onProgress, async () => {
        await mkdir(target, { recursive: true });
        for (const { module, files } of customResources) {
          const source = await downloadModule(module);
          const found = globSync(files, { cwd: source });
          if (found.length === 0) throw new Error(`${module} has no ${files}`);
          for (const file of found)
            await writeCustomResources(await readFile(join(source, file), 'utf8'), target);
        }
      }),
  });
}

async function downloadModule(module: string): Promise<string> {
  const { stdout } = await runCommand('go', ['mod', 'download', '-json', module]);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

async function writeCustomResources(text: string, target: string): Promise<void> {
  for (const document of parseAllDocuments(text)) {
    const crd = document.toJS() as {
      kind?: string;
      spec: {
        group: string;
        names: { kind: string };
        versions: readonly { name: string; schema: { openAPIV3Schema: Schema } }[];
      };
    } | null;
    if (crd?.kind !== 'CustomResourceDefinition') continue;
    const { group, names, versions } = crd.spec;
    for (const { name, schema } of versions) {
      await writeFile(
        join(target, schemaFile(group, name, names.kind)),
        JSON.stringify(close(schema.openAPIV3Schema)),
      );
    }
  }
}

/** As kubeconform names it: kind, first part of the group, version. */
function schemaFile(group: string, version: string, kind: string): string {
  const suffix = group === '' ? version : `${group.split('.')[0]}-${version}`;
  return `${kind}-${suffix}.json`.toLowerCase();
}

/** A definition with all that it refers to. */
function standalone(name: string, definitions: Readonly<Record<string, Schema>>): Schema {
  const used: Record<string, Schema> = {};
  const collect = (node: unknown): void => {
    for (const [, reference = ''] of JSON.stringify(node).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
      const definition = definitions[reference];
      if (definition === undefined || reference in used) continue;
      used[reference] = special[reference] ?? (close(definition) as Schema);
      collect(definition);
    }
  };
  const root = close(definitions[name]) as Schema;
  collect(definitions[name]);
  return { ...root, definitions: used };
}

/** Types whose description in OpenAPI is narrower than what the API takes. */
const special: Readonly<Record<string, Schema>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['string', 'integer'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['string', 'number'] },
};

/** Refuses properties that a schema does not name, at every level, and marks of OpenAPI that say nothing here. */
function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (typeof node !== 'object' || node === null) return node;
  const schema = Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'description' || typeof (node as Schema).description !== 'string')
      .map(([key, value]) => [key, close(value)]),
  );
  if (schema['x-kubernetes-int-or-string'] === true) {
    delete schema.type;
    delete schema.anyOf;
    return { ...schema, type: ['string', 'integer'] };
  }
  const closed =
    typeof schema.properties === 'object' &&
    !Array.isArray(schema.properties) &&
    schema.additionalProperties === undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true &&
    (schema.type === 'object' || schema.type === undefined);
  return closed ? { ...schema, additionalProperties: false } : schema;
}
