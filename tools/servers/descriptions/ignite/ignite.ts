import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE_PATH, JAVA_LAYER } from '../../../rootfs/rootfs.ts';
import { describeServer } from '../../description.ts';
import { createSecret } from '../../secrets.ts';
import { answersIgnite, settleIgnite, user } from './readiness.ts';

/** Address of Ignite. */
interface IgniteAddresses {
  /** `ignite://user:password@host:port` of the thin client protocol */
  readonly url: string;
}

const home = '/opt/ignite/apache-ignite';
const configPath = '/etc/ignite';
const dataPath = '/var/lib/ignite';
const node = readFileSync(join(import.meta.dirname, 'node.xml'), 'utf8');

/** Packages of the Java runtime that Ignite reaches into, by module. */
const opened = {
  'java.base': [
    ...[
      'java.io',
      'java.lang',
      'java.lang.invoke',
      'java.math',
      'java.net',
      'java.nio',
      'java.time',
      'java.util',
    ],
    ...['java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.concurrent.locks'],
    ...['jdk.internal.access', 'jdk.internal.misc', 'sun.nio.ch', 'sun.util.calendar'],
    'sun.reflect.generics.reflectiveObjects',
  ],
  'java.management': ['com.sun.jmx.mbeanserver'],
  'java.sql': ['java.sql'],
  'jdk.internal.jvmstat': ['sun.jvmstat.monitor'],
  'jdk.management': ['com.sun.management.internal'],
} as const;

export const ignite = describeServer({
  role: 'store',
  isOptional: true,
  ports: ['main', 'discovery', 'communication'],
  secrets: { password: createSecret },
  // The size includes the downloaded jars.
  layers: [JAVA_LAYER, { name: 'ignite', sizeMb: 54 }],

  define: ({ ports }) => ({
    user: 1000,
    group: 1000,
    dataPath,
    configPath,
    files: {
      'node.xml': node,
      'java.args': [
        ...Object.entries(opened).flatMap(([module, packages]) =>
          packages.map((name) => `--add-opens=${module}/${name}=ALL-UNNAMED`),
        ),
        ...['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'],
        ...['-Djava.net.preferIPv4Stack=true', '-DIGNITE_UPDATE_NOTIFIER=false', '-DIGNITE_NO_ASCII=true'],
        `-cp ${home}/libs/*`,
        '',
      ].join('\n'),
    },
    environment: {
      HOME: '/tmp',
      PATH: '/usr/bin:/bin',
      IGNITE_WORK_DIR: `${dataPath}/work`,
      CLIENT_HOST: '127.0.0.1',
      CLIENT_PORT: String(ports.main),
      DISCOVERY_PORT: String(ports.discovery),
      COMMUNICATION_PORT: String(ports.communication),
    },
    command: [
      ...(['java', `@${configPath}/java.args`] as const),
      ...['org.apache.ignite.startup.cmdline.CommandLineStartup', `${configPath}/node.xml`],
    ],
  }),

  isReady: ({ ports, secrets }) => answersIgnite(ports.main, secrets.password),
  settle: ({ ports, secrets }) => settleIgnite(ports.main, secrets.password),

  addresses: ({ ports, secrets }): IgniteAddresses => ({
    url: `ignite://${user}:${secrets.password}@127.0.0.1:${ports.main}`,
  }),
  showAddresses: ({ url }) => url,

  composeVariables: ({ ports }) => ({ CAUDAL_IGNITE_PORT: String(ports.main) }),

  image: {
    name: 'apacheignite/ignite:2',
    config: { Env: [`PATH=${IMAGE_PATH}`, `IGNITE_HOME=${home}`], User: '1000', WorkingDir: '/opt/ignite' },
  },
});
