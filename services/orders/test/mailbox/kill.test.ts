import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { createTransport } from 'nodemailer';
import { readMails } from '../support/mailbox-bed.ts';
import { type RunningProgram, startProgram } from '../support/program.ts';

const MAILS = 2_000;

describe('the mailbox as a process', () => {
  let directory: string;
  let program: RunningProgram | undefined;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-mailbox-kill-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  afterEach(async () => {
    program?.child.kill('SIGKILL');
    await program?.exited;
  });

  const start = async (path: string) => {
    program = startProgram('mailbox', {
      MAILBOX_FILE: path,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
    });
    const { smtpPort = 0 } = await program.until('listening');
    return { program, smtpPort };
  };
  /** Sends mails; calls `onAcknowledged` for each that was acknowledged, and resolves when all have ended. */
  const sendAll = async (port: number, onAcknowledged: (messageId: string) => void) => {
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      pool: true,
      maxConnections: 8,
      maxMessages: Number.POSITIVE_INFINITY,
      maxRequeues: 0,
    } as object);
    await Promise.allSettled(
      Array.from({ length: MAILS }, async (_, i) => {
        const messageId = `<${i}@example.com>`;
        await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', text: `${i}`, messageId });
        onAcknowledged(messageId);
      }),
    );
    transport.close();
  };

  it('has every mail that it acknowledged when it is killed, and starts again', async () => {
    const path = join(directory, 'killed.jsonl');
    const { program: first, smtpPort } = await start(path);
    const acknowledged: string[] = [];
    await sendAll(smtpPort, (messageId) => {
      acknowledged.push(messageId);
      if (acknowledged.length === MAILS / 4) first.child.kill('SIGKILL');
    });
    await first.exited;
    assert.ok(acknowledged.length >= MAILS / 4 && acknowledged.length < MAILS, `${acknowledged.length}`);
    // As a write that was cut short leaves it.
    await appendFile(path, '{"at":1,"from":"a@exa');
    await start(path);
    const stored = new Set((await readMails(path)).map(({ messageId }) => messageId));
    assert.deepEqual(
      acknowledged.filter((messageId) => !stored.has(messageId)),
      [],
    );
  });

  it('ends on SIGTERM with what it acknowledged in the file', async () => {
    const path = join(directory, 'stopped.jsonl');
    const { program: first, smtpPort } = await start(path);
    const acknowledged: string[] = [];
    await sendAll(smtpPort, (messageId) => {
      acknowledged.push(messageId);
      if (acknowledged.length === MAILS / 4) first.child.kill('SIGTERM');
    });
    assert.deepEqual(await first.exited, [0, null]);
    const stored = new Set((await readMails(path)).map(({ messageId }) => messageId));
    assert.deepEqual(
      acknowledged.filter((messageId) => !stored.has(messageId)),
      [],
    );
  });
});
