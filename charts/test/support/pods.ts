import type { Manifest } from './manifests.ts';

/** An environment variable of a container. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

/** A container, as far as these tests look into it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: Record<string, unknown>;
  readonly resources?: {
    readonly limits?: Record<string, string>;
    readonly requests?: Record<string, string>;
  };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: { readonly periodSeconds?: number; readonly failureThreshold?: number };
  readonly livenessProbe?: Record<string, unknown>;
  readonly readinessProbe?: Record<string, unknown>;
}

/** A pod's specification, as far as these tests look into it. */
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext: Record<string, unknown>;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly tolerations?: readonly unknown[];
  readonly nodeSelector?: Record<string, string>;
  readonly hostNetwork?: boolean;
  readonly volumes?: readonly Record<string, unknown>[];
}

/** A pod that some object makes. */
export interface Pod {
  /** Kind and name of the object. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  /** How many there are, where the manifest says so. */
  readonly replicas: number | undefined;
}

/** The pods of all workloads. */
export function podsOf(manifests: readonly Manifest[]): readonly Pod[] {
  return manifests.flatMap((manifest) => {
    const owner = `${manifest.kind} ${manifest.metadata.name}`;
    if (manifest.kind === 'Pod') {
      const { labels = {}, annotations = {} } = manifest.metadata;
      return [{ owner, labels, annotations, spec: manifest.spec as unknown as PodSpec, replicas: 1 }];
    }
    // A suspended CronJob has no pod until a person makes one.
    const isCronJob = manifest.kind === 'CronJob';
    const jobTemplate = manifest.spec?.jobTemplate as { spec: Record<string, unknown> } | undefined;
    const template = (jobTemplate?.spec ?? manifest.spec)?.template as
      | { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: PodSpec }
      | undefined;
    if (template === undefined) return [];
    const { labels, annotations = {} } = template.metadata;
    // Without a number an autoscaler owns it, and there are as many as it has at least.
    const least = manifests.find(
      ({ kind, spec }) =>
        kind === 'HorizontalPodAutoscaler' &&
        (spec?.scaleTargetRef as { name: string } | undefined)?.name === manifest.metadata.name,
    )?.spec?.minReplicas;
    return [
      {
        owner,
        labels,
        annotations,
        spec: template.spec,
        replicas: isCronJob ? 0 : ((manifest.spec?.replicas ?? least) as number | undefined),
      },
    ];
  });
}

/** All containers of a pod. */
export function containersOf(pod: Pod): readonly Container[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
}

/** The one container of a workload by kind and name. */
export function containerOf(manifests: readonly Manifest[], owner: string, name?: string): Container {
  const pod = podsOf(manifests).find((candidate) => candidate.owner === owner);
  const container = pod?.spec.containers.find((candidate) => name === undefined || candidate.name === name);
  if (container === undefined) throw new Error(`${owner} has no container ${name ?? ''}`);
  return container;
}

/** Plain values of a container's environment by name. */
export function plainEnvironment(container: Container): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
}

/** A container's environment as Kubernetes would fill it in, with one secret for every password and no CA files. */
export function environmentOf(manifests: readonly Manifest[], owner: string): Record<string, string> {
  // Every pod has the address of the API server.
  const environment: Record<string, string> = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
  for (const { name, value } of containerOf(manifests, owner).env ?? []) {
    if (name.endsWith('_CA_FILE')) continue;
    environment[name] = (value ?? 'a-secret-of-as-many-as-42-visible-characters')
      .replaceAll(/\$\((\w+)\)/g, (_, other: string) => environment[other] ?? '')
      .replaceAll(/"storeCaFile":"[^"]*",/g, '');
  }
  return environment;
}

/** `secret/key` that a variable of a workload comes from, if it comes from a Secret. */
export function secretOf(
  manifests: readonly Manifest[],
  owner: string,
  variable: string,
): string | undefined {
  const found = containerOf(manifests, owner).env?.find(({ name }) => name === variable);
  const { name, key } = found?.valueFrom?.secretKeyRef ?? {};
  return name === undefined ? undefined : `${name}/${key}`;
}

/** Name of the Secret whose CA the pods of `owner` check a server by; undefined if they have none. */
export function caSecretOf(
  manifests: readonly Manifest[],
  owner: string,
  server: string,
): string | undefined {
  const pod = podsOf(manifests).find((candidate) => candidate.owner === owner);
  const volume = pod?.spec.volumes?.find(({ name }) => name === `ca-${server}`);
  return (volume?.secret as { secretName: string } | undefined)?.secretName;
}
