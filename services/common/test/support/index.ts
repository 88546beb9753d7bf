export { makeTopic } from './make-topic.ts';
export { useServers } from './servers.ts';
