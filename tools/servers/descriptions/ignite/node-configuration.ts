/** What differs between nodes. */
interface NodeOptions {
  readonly ports: Readonly<Record<'main' | 'discovery' | 'communication', number>>;
  /** Directory of all that it keeps. */
  readonly workDirectory: string;
}

const mebibyte = 1024 ** 2;
const spi = 'org.apache.ignite.spi';
const configuration = 'org.apache.ignite.configuration';

/** Ignite's Spring configuration of a single persistent node on 127.0.0.1. */
export function nodeConfiguration({ ports, workDirectory }: NodeOptions): string {
  const node = bean(`${configuration}.IgniteConfiguration`, {
    workDirectory,
    consistentId: 'caudal',
    localHost: '127.0.0.1',
    authenticationEnabled: 'true',
    // Not its older protocol, nor a report of every minute.
    connectorConfiguration: '<null/>',
    metricsLogFrequency: '0',
    discoverySpi: bean(`${spi}.discovery.tcp.TcpDiscoverySpi`, {
      localPort: ports.discovery,
      localPortRange: 0,
      ipFinder: bean(`${spi}.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder`, {
        addresses: `<list><value>127.0.0.1:${ports.discovery}</value></list>`,
      }),
    }),
    communicationSpi: bean(`${spi}.communication.tcp.TcpCommunicationSpi`, {
      localPort: ports.communication,
      localPortRange: 0,
    }),
    clientConnectorConfiguration: bean(`${configuration}.ClientConnectorConfiguration`, {
      host: '127.0.0.1',
      port: ports.main,
      portRange: 0,
    }),
    dataStorageConfiguration: bean(`${configuration}.DataStorageConfiguration`, {
      // A commit is on disk before it is answered: a message is acknowledged to its broker after that.
      walMode: 'FSYNC',
      // The defaults are for a machine of its own.
      walSegmentSize: 16 * mebibyte,
      walSegments: 4,
      maxWalArchiveSize: 128 * mebibyte,
      defaultDataRegionConfiguration: bean(`${configuration}.DataRegionConfiguration`, {
        name: 'default',
        persistenceEnabled: 'true',
        initialSize: 64 * mebibyte,
        maxSize: 256 * mebibyte,
      }),
    }),
  });
  const namespace = 'http://www.springframework.org/schema/beans';
  return `<?xml version="1.0" encoding="UTF-8"?>
<beans xmlns="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="${namespace} ${namespace}/spring-beans.xsd">
${node}
</beans>
`;
}

/** A bean; a property whose value begins with `<` is an element, others are plain values. */
function bean(type: string, properties: Readonly<Record<string, string | number>>): string {
  const elements = Object.entries(properties).map(([name, value]) => {
    const isElement = String(value).startsWith('<');
    return isElement
      ? `<property name="${name}">${value}</property>`
      : `<property name="${name}" value="${value}"/>`;
  });
  return `<bean class="${type}">\n${elements.join('\n')}\n</bean>`;
}
