import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Runs a task exclusively: no other process on this machine runs one under the same name.
 *
 * The lock is a socket in Linux's abstract namespace: it vanishes with the process that holds it, however that ends,
 * so there is no stale lock to clean up. On other systems the task runs without a lock; what is built here is renamed
 * into place when complete, so the lock only saves doing the work twice.
 *
 * @param name what is locked, an absolute path for instance
 * @param onWait called once if another process holds the lock
 */
export async function exclusive<Result>(
  name: string,
  task: () => Promise<Result>,
  onWait: () => void = () => undefined,
): Promise<Result> {
  if (process.platform !== 'linux') return task();
  const address = `\0caudal-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
  let waited = false;
  for (;;) {
    const lock = await acquire(address);
    if (lock === undefined) {
      if (!waited) onWait();
      waited = true;
      await released(address);
      continue;
    }
    try {
      return await task();
    } finally {
      lock.release();
    }
  }
}

/** Acquires the lock; undefined if another process holds it. */
async function acquire(address: string): Promise<{ release(): void } | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined).once('close', () => waiting.delete(socket));
  });
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return {
    release: () => {
      server.close();
      for (const socket of waiting) socket.destroy();
    },
  };
}

/** Resolves when the holder releases the lock or exits, which closes the connection. */
function released(address: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on('error', () => undefined).resume();
    socket.once('close', () => resolve());
  });
}
