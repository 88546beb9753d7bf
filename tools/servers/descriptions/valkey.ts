import { describeRespStore } from './resp-store.ts';

export const valkey = describeRespStore('valkey', {
  appendfsync: 'always',
  sizeMb: 9,
  image: 'valkey/valkey:8',
});
