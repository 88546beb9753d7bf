import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { ClusterConnection } from '../../../cluster/connection.ts';
import { readSecretKey, reasonOf, type SecretKey } from '../../../cluster/read-secret.ts';
import { isReady, type Release } from '../../../cluster/release.ts';
import { type ClusterAddress, type PodPort, withTunnels } from '../../../cluster/tunnel.ts';
import type { LaneStore } from './lane-store.ts';

/** A lane as the console's variable LANES describes it. */
interface ConsoleLane {
  readonly name: string;
  readonly store: string;
  readonly storeUrl: string;
  readonly storeUsername?: string;
  readonly storePasswordEnv?: string;
  readonly storeKeyPrefix?: string;
}

/**
 * Calls `work` with the stores of a release, forwarded to this machine through the API server. Logs in as the console
 * does: that user can only read. Needs permission to get the console's Deployment, list pods, create
 * `pods/portforward`, and get the Secrets with the stores' passwords.
 * @param except lanes that are not needed
 * @throws ExpectedError when permission is missing, or a lane's store is not part of the release
 */
export async function withReleaseStores<Result>(
  { address, cluster, release, except }: ReleaseStores,
  work: (stores: readonly LaneStore[]) => Promise<Result>,
): Promise<Result> {
  const { lanes, passwords } = await readConsole(release);
  const wanted = lanes.filter(({ name }) => !except.includes(name));
  const targets: Record<string, PodPort> = {};
  const stores: LaneStore[] = [];
  for (const { name, store, storeUrl, storeUsername = '', storePasswordEnv, storeKeyPrefix } of wanted) {
    const url = new URL(storeUrl);
    if (url.hostname !== release.nameOf(store))
      throw new ExpectedError(
        `--deep: lane ${name} stores outside the release: add --store ${name}=URL for ${storeUrl}`,
      );
    targets[name] = await storePod(release, store, Number(url.port));
    const secret = passwords.get(storePasswordEnv ?? '');
    const password =
      secret === undefined ? '' : await readSecretKey(cluster, release.namespace, secret, '--deep');
    url.hostname = '127.0.0.1';
    if (secret !== undefined) url.username = encodeURIComponent(storeUsername);
    url.password = encodeURIComponent(password);
    stores.push({ lane: name, url: url.href, keyPrefix: storeKeyPrefix ?? '' });
  }
  return withTunnels(address, targets, (ports) =>
    work(
      stores.map((store) => {
        const url = new URL(store.url);
        url.port = String(ports[store.lane]);
        return { ...store, url: url.href };
      }),
    ),
  );
}

/** Options of {@link withReleaseStores}. */
export interface ReleaseStores {
  readonly address: ClusterAddress;
  readonly cluster: ClusterConnection;
  readonly release: Release;
  readonly except: readonly string[];
}

async function readConsole(release: Release): Promise<{
  readonly lanes: readonly ConsoleLane[];
  /** Where the value of a variable comes from, by variable; with `secretsAsFiles` the file has the variable's name. */
  readonly passwords: ReadonlyMap<string, SecretKey>;
}> {
  const name = release.nameOf('console');
  const { spec } = await release.deployment('console').catch((error: unknown) => {
    throw new ExpectedError(
      `cannot read the Deployment ${name} in namespace ${release.namespace}: check --release and --namespace (${reasonOf(error)})`,
      { cause: error },
    );
  });
  const { containers = [], volumes = [] } = spec?.template.spec ?? {};
  const env = containers[0]?.env ?? [];
  const lanes = env.find((variable) => variable.name === 'LANES')?.value ?? '[]';
  const passwords = new Map<string, SecretKey>();
  for (const { name: variable, valueFrom } of env) {
    const { name: secret, key } = valueFrom?.secretKeyRef ?? {};
    if (secret !== undefined && key !== undefined) passwords.set(variable, { name: secret, key });
  }
  for (const { secret } of volumes.flatMap(({ projected }) => projected?.sources ?? [])) {
    for (const { key, path } of secret?.items ?? [])
      if (secret?.name !== undefined) passwords.set(path, { name: secret.name, key });
  }
  return { lanes: JSON.parse(lanes) as ConsoleLane[], passwords };
}

async function storePod(release: Release, store: string, port: number): Promise<PodPort> {
  const pod = (await release.pods(store)).find(isReady)?.metadata?.name;
  if (pod === undefined) throw new ExpectedError(`--deep: no pod of ${release.nameOf(store)} is ready`);
  return { namespace: release.namespace, pod, port };
}
