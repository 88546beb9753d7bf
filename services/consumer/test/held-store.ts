import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A way to a store on which a test can hold the replies. */
export interface HeldStore {
  /** The store's URL by way of this proxy. */
  readonly url: string;
  /** Holds the reply to the next script and all after it until `release`; resolves when that script has been sent. */
  hold(): Promise<void>;
  release(): void;
  close(): Promise<void>;
}

/** Passes connections on to the store at `storeUrl`. */
export async function startHeldStore(storeUrl: string): Promise<HeldStore> {
  const target = new URL(storeUrl);
  const held: (() => void)[] = [];
  let isHeld = false;
  let onScript: (() => void) | undefined;
  const server = createServer((client) => {
    const store = connect(Number(target.port), target.hostname);
    for (const socket of [client, store]) socket.on('error', () => undefined);
    client.on('close', () => store.destroy());
    store.on('close', () => client.destroy());
    client.on('data', (chunk) => {
      if (onScript !== undefined && /evalsha/i.test(chunk.toString('latin1'))) {
        isHeld = true;
        onScript();
        onScript = undefined;
      }
      store.write(chunk);
    });
    store.on('data', (chunk) => {
      if (isHeld) held.push(() => client.write(chunk));
      else client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(storeUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    hold: () =>
      new Promise((resolve) => {
        onScript = resolve;
      }),
    release() {
      isHeld = false;
      for (const reply of held.splice(0)) reply();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
