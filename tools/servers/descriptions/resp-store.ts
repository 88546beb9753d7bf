import { IMAGE_PATH } from '../../rootfs/rootfs.ts';
import { describeServer } from '../description.ts';
import { answersPing } from '../probes.ts';
import { createSecret } from '../secrets.ts';

/** Address of a store that speaks RESP. */
interface RespStoreAddresses {
  /** `redis://:password@host:port` */
  readonly url: string;
}

/** Where the stores that speak RESP differ. */
interface RespStoreOptions {
  /** When the append-only file is flushed to disk. */
  readonly appendfsync: 'always' | 'everysec';
  readonly sizeMb: number;
  readonly image: string;
}

/** Describes a store that speaks RESP; its layer, program and configuration file are named after it. */
export function describeRespStore(name: string, { appendfsync, sizeMb, image }: RespStoreOptions) {
  return describeServer({
    role: 'store',
    ports: ['main'],
    secrets: { password: createSecret },
    layers: [{ name, sizeMb }],

    define: ({ ports, secrets }) => ({
      user: 999,
      group: 999,
      dataPath: '/data',
      configPath: `/etc/${name}`,
      files: {
        [`${name}.conf`]: Object.entries({
          bind: '127.0.0.1',
          port: ports.main,
          requirepass: secrets.password,
          dir: '/data',
          appendonly: 'yes',
          appendfsync,
          // The append-only file is authoritative.
          save: '""',
          'maxmemory-policy': 'noeviction',
          daemonize: 'no',
          logfile: '""',
        })
          .map(([key, value]) => `${key} ${value}\n`)
          .join(''),
      },
      environment: { PATH: '/usr/bin:/bin' },
      command: [`${name}-server`, `/etc/${name}/${name}.conf`],
    }),

    isReady: ({ ports, secrets }) => answersPing(ports.main, secrets.password),

    addresses: ({ ports, secrets }): RespStoreAddresses => ({
      url: `redis://:${secrets.password}@127.0.0.1:${ports.main}`,
    }),
    showAddresses: ({ url }) => url,

    composeVariables: ({ ports, secrets }) => ({
      [`CAUDAL_${name.toUpperCase()}_PASSWORD`]: secrets.password,
      [`CAUDAL_${name.toUpperCase()}_PORT`]: String(ports.main),
    }),

    image: {
      name: image,
      config: { Env: [`PATH=${IMAGE_PATH}`], WorkingDir: '/data', Cmd: [`${name}-server`] },
    },
  });
}
