import assert from 'node:assert/strict';
import { eventually } from '@caudal/common/testing';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/**
 * What `kubectl create job load-1 --from=cronjob/<release>-load` does; resolves when the Job has succeeded.
 * @returns accepted messages, from the last line of its log
 */
export async function loadOnDemand({ cluster, release }: StartedRelease): Promise<number> {
  const { batch, core } = cluster;
  const { namespace } = release;
  const job = `${release.name}-load-1`;
  const cronJob = await batch.readNamespacedCronJob({ name: release.nameOf('load'), namespace });
  const { spec, metadata: { name = '', uid = '' } = {} } = cronJob;
  assert.equal(spec?.suspend, true);
  const { metadata, ...jobTemplate } = spec.jobTemplate;
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid }];
  await batch.createNamespacedJob({
    namespace,
    body: { ...jobTemplate, metadata: { ...metadata, name: job, ownerReferences } },
  });
  const { status } = await eventually(
    () => batch.readNamespacedJob({ name: job, namespace }),
    (one) => (one.status?.succeeded ?? 0) + (one.status?.failed ?? 0) > 0,
    { pastErrors: true },
  );
  assert.equal(status?.succeeded, 1);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
  const log = await core.readNamespacedPodLog({
    name: items[0]?.metadata?.name ?? '',
    namespace,
    tailLines: 1,
  });
  const { messages } = JSON.parse(log.replace(/^ACCOUNT /, '')) as { messages: { accepted: number } };
  return messages.accepted;
}
