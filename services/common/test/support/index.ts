export { eventually } from '../../../../tools/lib/eventually.ts';
export { type FaultyProxy, startFaultyProxy } from '../../../../tools/lib/faulty-proxy.ts';
export { deleteTopics, readTopic, type TopicRecord } from './kafka-topics.ts';
export { makeTopic } from './make-topic.ts';
export { saveQueues } from './queues-on-disk.ts';
export { type RabbitmqManagement, rabbitmqManagement } from './rabbitmq-management.ts';
export { useServers } from './servers.ts';
export { uniqueName } from './unique-name.ts';
export { type WatchedConnections, watchConnections } from './watch-connections.ts';
