import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AccountInput, compareAccount, type LaneTotals } from '@caudal/common/account';

/** A console over lanes that hold what the test says. */
export interface FakeConsole {
  readonly url: string;
  close(): Promise<void>;
}

/** What a lane's store holds. */
export interface FakeTotals {
  readonly byCountry: Readonly<Record<string, number>>;
  /** How many messages share an identity with another one; 0 by default. */
  readonly repeated?: number;
}

/** Starts a console; each request asks for the lane's store totals again. */
export async function startFakeConsole(
  lanes: Readonly<Record<string, () => FakeTotals>>,
): Promise<FakeConsole> {
  const totalsOf = (lane: string): LaneTotals => {
    const { byCountry, repeated = 0 } = lanes[lane]?.() ?? { byCountry: {} };
    const total = Object.values(byCountry).reduce((sum, count) => sum + count, 0);
    return { total, byCountry, identities: total - repeated };
  };
  const server = createServer((request, response) => {
    void answer(request).then((body) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(body));
    });
  });
  async function answer(request: IncomingMessage): Promise<unknown> {
    if (request.method === 'GET') {
      return {
        lanes: Object.keys(lanes).map((lane) => ({
          lane,
          broker: 'rabbitmq',
          store: 'valkey',
          totals: { ...totalsOf(lane), byWeather: {} },
          backlog: { messages: 0, bySource: {}, deadLetters: 0, consumers: 1 },
          errors: {},
        })),
      };
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { accepted, unknown, before } = JSON.parse(Buffer.concat(chunks).toString()) as Pick<
      AccountInput,
      'accepted' | 'unknown'
    > & { readonly before: Readonly<Record<string, LaneTotals>> };
    return compareAccount({
      accepted,
      unknown,
      lanes: Object.keys(lanes).map((lane) => ({
        lane,
        before: before[lane] ?? { total: 0, byCountry: {}, identities: 0 },
        after: totalsOf(lane),
      })),
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
