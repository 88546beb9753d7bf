export { untilConnected } from '../back-off.ts';
export {
  type BrokerChoice,
  type ClientOptions,
  type ConsumerOptions,
  createBacklogReader,
  createConsumer,
  createPublisher,
} from './factories.ts';
export { createGroupCommit, type GroupCommit, type GroupCommitOptions } from './group-commit.ts';
export { MemoryLog } from './memory/memory-log.ts';
export { type MemoryDeadLetter, MemoryQueue } from './memory/memory-queue.ts';
export {
  type Backlog,
  type BacklogReader,
  type BatchOutcome,
  type BatchPosition,
  type BrokerName,
  type ConsumerHandlers,
  type DeliveryBatch,
  ENVELOPE_CONTENT_TYPE,
  type LogEvent,
  type LogState,
  type MessageConsumer,
  type MessagePublisher,
  type PoisonItem,
} from './ports.ts';
export type { KafkaSettings, RabbitmqSettings } from './settings.ts';
