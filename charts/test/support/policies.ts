import type { Manifest } from './manifests.ts';
import { containersOf, podsOf } from './pods.ts';

/** Labels of a pod. */
export type Labels = Readonly<Record<string, string>>;
/** What may come in, or go out. */
export interface Rule {
  readonly from?: readonly { podSelector?: { matchLabels?: Labels } }[];
  readonly to?: readonly { podSelector?: { matchLabels?: Labels } }[];
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
}
/** A policy, as far as these tests look into it. */
export interface Policy {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly policyTypes: readonly string[];
  readonly ingress: readonly Rule[] | null;
  readonly egress: readonly Rule[] | null;
}

/** Label that names the component. */
export const component = 'app.kubernetes.io/component';
/** Whether a selector selects a pod. */
export const matches = (selector: Labels | undefined, labels: Labels) =>
  Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);

/** A pod that is not of the release. */
const stranger: Labels = { app: 'stranger' };

/** Labels of every pod, by component. */
export function podLabels(manifests: readonly Manifest[]): ReadonlyMap<string, Labels> {
  return new Map(podsOf(manifests).map(({ labels }) => [labels[component] ?? '', labels]));
}

/** The policies of a rendering. */
export function policies(manifests: readonly Manifest[]): readonly Policy[] {
  return manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy);
}

/**
 * `from → to:port` for every connection that the policies on both ends allow, as Kubernetes defines it: a pod that a policy
 * selects may do only what some policy allows. Sources and targets outside of the release are `anyone` and `anywhere`.
 */
export function allowedPairs(manifests: readonly Manifest[]): readonly string[] {
  const pods = podLabels(manifests);
  const all = policies(manifests);
  const rules = (direction: 'Ingress' | 'Egress', labels: Labels): readonly Rule[] | 'all' => {
    const own = all.filter(
      (policy) => policy.policyTypes.includes(direction) && matches(policy.podSelector.matchLabels, labels),
    );
    if (own.length === 0) return 'all';
    return own.flatMap((policy) => (direction === 'Ingress' ? policy.ingress : policy.egress) ?? []);
  };
  const allows = (
    own: readonly Rule[] | 'all',
    peers: 'from' | 'to',
    peer: Labels | undefined,
    port: number,
  ) =>
    own === 'all' ||
    own.some(
      (rule) =>
        (rule.ports === undefined || rule.ports.some((allowed) => allowed.port === port)) &&
        (rule[peers] === undefined ||
          (peer !== undefined &&
            rule[peers].some(({ podSelector }) => matches(podSelector?.matchLabels, peer)))),
    );
  const pairs: string[] = [];
  for (const [to, target] of pods) {
    const ports = podsOf(manifests)
      .filter(({ labels }) => labels[component] === to)
      .flatMap((pod) =>
        containersOf(pod).flatMap(({ ports: own = [] }) => own.map(({ containerPort }) => containerPort)),
      );
    for (const port of new Set(ports)) {
      const incoming = rules('Ingress', target);
      if (allows(incoming, 'from', stranger, port)) pairs.push(`anyone → ${to}:${port}`);
      for (const [from, source] of pods) {
        if (allows(incoming, 'from', source, port) && allows(rules('Egress', source), 'to', target, port)) {
          pairs.push(`${from} → ${to}:${port}`);
        }
      }
    }
  }
  for (const [from, source] of pods) {
    const outgoing = rules('Egress', source);
    if (outgoing === 'all') pairs.push(`${from} → anywhere`);
    else
      for (const { to, ports } of outgoing) {
        if (to !== undefined) continue;
        if (ports === undefined) pairs.push(`${from} → anywhere`);
        for (const { port } of ports ?? []) pairs.push(`${from} → anywhere:${port}`);
      }
  }
  return [...new Set(pairs)].sort();
}
