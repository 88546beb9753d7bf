export { untilConnected } from '../back-off.ts';
export type {
  BrokerKind,
  ClientOptions,
  ConsumerOptions,
  LaneBrokerNames,
  SharedBrokerNames,
} from './broker-kind.ts';
export {
  BROKER_NAMES,
  BROKERS,
  type BrokerChoice,
  type BrokerName,
  type BrokerSettings,
  brokerForLane,
  createBacklogReader,
  createConsumer,
  createDeadLetterReader,
  createLogTail,
  createLogWriter,
  createPublisher,
  isBrokerName,
  readBroker,
} from './brokers.ts';
export {
  createGroupCommit,
  createLogGroupCommit,
  type GroupCommit,
  type GroupCommitOptions,
} from './group-commit.ts';
export type { DeadLetterReader, LogDescription, LogTail, ParkedMessage, TailRun } from './log-tail.ts';
export type { KeyedRecord, LogWriter } from './log-writer.ts';
export { MemoryLog } from './memory/memory-log.ts';
export { type MemoryDeadLetter, MemoryQueue } from './memory/memory-queue.ts';
export {
  type Backlog,
  type BacklogReader,
  type BatchOutcome,
  type BatchPosition,
  type ConsumerHandlers,
  type DeliveryBatch,
  ENVELOPE_CONTENT_TYPE,
  type LogEvent,
  type LogState,
  type MessageConsumer,
  type MessagePublisher,
  type PoisonItem,
} from './ports.ts';
