import type { KafkaSettings } from '../settings.ts';

/** Configuration of the topics that Caudal creates. */
export function topicConfig({
  replicationFactor,
  minInsyncReplicas,
}: Pick<KafkaSettings, 'replicationFactor' | 'minInsyncReplicas'>): { name: string; value: string }[] {
  const config = [{ name: 'min.insync.replicas', value: String(minInsyncReplicas) }];
  // Kafka confirms from the page cache and relies on copies. Where there is none, a confirm has to wait for the disk, or
  // a power cut loses what was answered 202.
  if (replicationFactor === 1) config.push({ name: 'flush.messages', value: '1' });
  return config;
}
