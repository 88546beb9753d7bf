export { deleteTopics, readTopic, type TopicRecord } from './kafka-topics.ts';
export { useServers } from './servers.ts';
