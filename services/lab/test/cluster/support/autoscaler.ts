import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** A change of size, as reported by a HorizontalPodAutoscaler. */
export interface Rescale {
  readonly size: number;
  readonly reason: string;
}

/** Reads a HorizontalPodAutoscaler of the release's namespace. */
export function readAutoscaler(
  { cluster, release }: StartedRelease,
  name: string,
): Promise<V2HorizontalPodAutoscaler> {
  return cluster.objects.read<V2HorizontalPodAutoscaler>({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: release.namespace },
  });
}

/** A condition as `True: ValidMetricFound`; '' where there is none of that type. */
export function conditionOf({ status }: V2HorizontalPodAutoscaler, type: string): string {
  const condition = status?.conditions?.find((candidate) => candidate.type === type);
  return condition === undefined ? '' : `${condition.status}: ${condition.reason}`;
}

/** What an autoscaler did, by its events, from the first to the last; one that happened again is where it was last. */
export async function rescalesOf(
  { cluster, release }: StartedRelease,
  name: string,
): Promise<readonly Rescale[]> {
  const { items } = await cluster.core.listNamespacedEvent({
    namespace: release.namespace,
    fieldSelector: `involvedObject.kind=HorizontalPodAutoscaler,involvedObject.name=${name},reason=SuccessfulRescale`,
  });
  return items
    .sort((a, b) => (a.lastTimestamp?.getTime() ?? 0) - (b.lastTimestamp?.getTime() ?? 0))
    .map(({ message = '' }) => {
      const [, size, reason = ''] = /^New size: (\d+); reason: (.*)$/s.exec(message) ?? [];
      if (size === undefined) throw new Error(`not what an autoscaler says: ${message}`);
      return { size: Number(size), reason };
    });
}
