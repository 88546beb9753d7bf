import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** An object that the templates find with `lookup`. */
interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: unknown;
}

/** Kinds that the server knows: those that the chart makes by default. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  v1: ['ConfigMap', 'Pod', 'Secret', 'Service', 'ServiceAccount'],
  'apps/v1': ['Deployment', 'StatefulSet'],
  'batch/v1': ['CronJob'],
  'monitoring.coreos.com/v1': ['PrometheusRule', 'ServiceMonitor'],
  'policy/v1': ['PodDisruptionBudget'],
};

const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`;

/**
 * The answers of an API server in which only these objects exist, as far as Helm's `lookup` asks; everything else is
 * not found there.
 */
export class LiveObjects implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const body = this.#answer(path);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 },
      ),
    );
  });
  readonly #objects: readonly LiveObject[];

  private constructor(objects: readonly LiveObject[]) {
    this.#objects = objects;
  }

  static async serve(objects: readonly LiveObject[]): Promise<LiveObjects> {
    const live = new LiveObjects(objects);
    await new Promise<void>((resolve) => live.#server.listen(0, '127.0.0.1', resolve));
    return live;
  }

  /** Writes a kubeconfig into a directory; resolves with Helm's flags that use it. */
  async flags(directory: string): Promise<readonly string[]> {
    const { port } = this.#server.address() as AddressInfo;
    // One per server: renderings are remembered by their flags.
    const kubeconfig = join(directory, `kubeconfig-${port}`);
    const cluster = { name: 'live', cluster: { server: `http://127.0.0.1:${port}` } };
    const context = { name: 'live', context: { cluster: 'live', user: 'live' } };
    await writeFile(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [cluster],
        contexts: [context],
        users: [{ name: 'live', user: {} }],
        'current-context': 'live',
      }),
    );
    return ['--dry-run=server', '--disable-openapi-validation', '--kubeconfig', kubeconfig];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string): unknown {
    if (path === '/version') return { major: '1', minor: '36', gitVersion: 'v1.36.1' };
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
    if (path === '/apis')
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: Object.keys(kinds)
          .filter((groupVersion) => groupVersion.includes('/'))
          .map((groupVersion) => {
            const [name, version] = groupVersion.split('/');
            return {
              name,
              versions: [{ groupVersion, version }],
              preferredVersion: { groupVersion, version },
            };
          }),
      };
    const groupVersion = Object.keys(kinds).find((one) => `${path}/`.startsWith(`${prefix(one)}${one}/`));
    if (groupVersion === undefined) return undefined;
    const rest = path.slice(`${prefix(groupVersion)}${groupVersion}/`.length);
    if (rest === '')
      return {
        kind: 'APIResourceList',
        groupVersion,
        resources: kinds[groupVersion]?.map((kind) => ({
          kind,
          name: pluralOf(kind),
          singularName: '',
          namespaced: true,
          verbs: ['get', 'list'],
        })),
      };
    return this.#objects.find(
      ({ apiVersion, kind, metadata: { name, namespace } }) =>
        apiVersion === groupVersion && rest === `namespaces/${namespace}/${pluralOf(kind)}/${name}`,
    );
  }
}

const prefix = (groupVersion: string): string => (groupVersion === 'v1' ? '/api/' : '/apis/');
