import { CONTENT_POLICY, createHttpServer, servePage } from '@caudal/common/http';
import express, { type Response } from 'express';
import helmet from 'helmet';
import type { DeadLetters, History, LiveMessage, LiveMissed, Scale, StreamState } from '../../src/schemas.ts';
import { type Json, mergePatch } from '../../src/stream/merge-patch.ts';

/** A console that says what a test wants: for states that real servers reach too rarely, or never twice alike. */
export interface ScriptedConsole {
  readonly url: string;
  /** Paths of requests, in their order. */
  readonly requests: readonly string[];
  /** Bodies of `POST /api/scale`. */
  readonly scaled: readonly unknown[];
  /** What it says now; sent to every open page. */
  show(state: StreamState): void;
  /** Sends messages to every tail that is open, and to later ones that ask for what came meanwhile. */
  pass(messages: readonly LiveMessage[]): void;
  /** Reports messages that cannot be had to every tail that is open. */
  miss(missed: LiveMissed): void;
  /** Ends the streams of the open pages, and takes no new ones until it is resumed. */
  silence(): void;
  resume(): void;
  close(): Promise<void>;
}

/** What it is made from. */
export interface ScriptedConsoleOptions {
  /** Directory of the built page. */
  readonly pageDirectory: string;
  readonly state: StreamState;
  readonly history?: History;
  readonly scale?: Scale;
  readonly deadLetters?: Readonly<Record<string, DeadLetters>>;
}

/** Starts one on a free port of this machine. */
export async function startScriptedConsole(options: ScriptedConsoleOptions): Promise<ScriptedConsole> {
  let { state } = options;
  let isSilent = false;
  const streams = new Set<Response>();
  const tails = new Set<Response>();
  const passed: LiveMessage[] = [];
  const requests: string[] = [];
  const scaled: unknown[] = [];
  const app = express();
  app.use(helmet({ strictTransportSecurity: false, contentSecurityPolicy: CONTENT_POLICY }));
  app.use((request, _response, next) => {
    requests.push(request.path);
    next();
  });
  app.get('/api/stream', (_request, response) => {
    if (isSilent) {
      response.status(503).end();
      return;
    }
    openStream(response, streams);
    send(response, { event: 'snapshot', data: state });
  });
  app.get('/api/live', ({ query, headers }, response) => {
    openStream(response, tails);
    const from = headers['last-event-id'] ?? query.from;
    const next = typeof from === 'string' ? Number(from) : passed.length;
    send(response, {
      event: 'start',
      id: String(next),
      data: { topic: 'message', partitions: 1, from: 'now' },
    });
    for (const [index, message] of passed.entries())
      if (index >= next) send(response, { id: String(index + 1), data: message });
  });
  app.get('/api/history', (_request, response) => {
    response.json(options.history ?? { source: 'memory', at: [], ingest: { perSecond: [] }, lanes: {} });
  });
  app.get('/api/scale', (_request, response) => {
    response.json(options.scale ?? { enabled: false, reason: 'CONTROL is not set', max: 20, replicas: {} });
  });
  app.post('/api/scale', express.json(), ({ body }, response) => {
    scaled.push(body);
    response.json({ ...body, from: 1 });
  });
  app.get('/api/dead-letters', ({ query }, response) => {
    response.json(options.deadLetters?.[String(query.lane)] ?? { lane: query.lane, letters: [] });
  });
  app.use(servePage(options.pageDirectory, '', (_request, response) => void response.status(405).end()));

  const server = createHttpServer(app);
  const port = await server.listen('127.0.0.1', 0);
  const endStreams = (): void => {
    for (const response of [...streams, ...tails]) response.end();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    scaled,
    show(next) {
      const patch = mergePatch(
        state as unknown as { [key: string]: Json },
        next as unknown as { [key: string]: Json },
      );
      state = next;
      for (const response of streams) send(response, { event: 'tick', data: patch ?? {} });
    },
    pass(messages) {
      for (const message of messages) {
        passed.push(message);
        for (const response of tails) send(response, { id: String(passed.length), data: message });
      }
    },
    miss(missed) {
      for (const response of tails)
        send(response, { event: 'missed', id: String(passed.length), data: missed });
    },
    silence() {
      isSilent = true;
      endStreams();
    },
    resume() {
      isSilent = false;
    },
    async close() {
      endStreams();
      await server.close();
    },
  };
}

function openStream(response: Response, open: Set<Response>): void {
  response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  open.add(response);
  response.on('close', () => open.delete(response));
}

function send(response: Response, event: { event?: string; id?: string; data: unknown }): void {
  const lines = [
    ...(event.event === undefined ? [] : [`event: ${event.event}`]),
    ...(event.id === undefined ? [] : [`id: ${event.id}`]),
    `data: ${JSON.stringify(event.data)}`,
  ];
  response.write(`${lines.join('\n')}\n\n`);
}
