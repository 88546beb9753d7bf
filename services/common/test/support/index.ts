export { untilQueueIsOnDisk } from './queue-on-disk.ts';
export { useServers } from './servers.ts';
