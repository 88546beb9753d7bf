import type { KafkaSettings } from './settings.ts';

/**
 * Configuration of the topics that Caudal creates. Flushing is left to Kafka, which confirms from the page cache and
 * relies on replicas; docs/guarantees.md explains what that means with a single broker.
 */
export function topicConfig({
  minInsyncReplicas,
}: Pick<KafkaSettings, 'minInsyncReplicas'>): { name: string; value: string }[] {
  return [{ name: 'min.insync.replicas', value: String(minInsyncReplicas) }];
}
