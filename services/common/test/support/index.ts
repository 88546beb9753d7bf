export { useServers } from './servers.ts';
