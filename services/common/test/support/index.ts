export { deleteTopics, readTopic, type TopicRecord } from './kafka-topics.ts';
export { makeTopic } from './make-topic.ts';
export { saveQueues } from './queues-on-disk.ts';
export { useServers } from './servers.ts';
export { type WatchedConnections, watchConnections } from './watch-connections.ts';
