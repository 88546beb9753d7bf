import { describeRespStore } from './resp-store.ts';

export const redis = describeRespStore('redis', { appendfsync: 'everysec', sizeMb: 9, image: 'redis:8' });
