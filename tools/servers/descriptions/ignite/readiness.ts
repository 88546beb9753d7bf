import { AccessRefusedError, connectThinClient, type ThinClient } from './thin-client.ts';

/** The only user of a new cluster. */
export const user = 'ignite';
const firstPassword = 'ignite';

/** Whether a node lets its user in with this password and its cluster is active. */
export async function answersIgnite(port: number, password: string): Promise<boolean> {
  try {
    return await using(port, password, (client) => client.isActive());
  } catch {
    return false;
  }
}

/**
 * Activates a cluster, and gives its user this password if it has the one of a new cluster, which is known to all. Only an
 * active cluster lets a password be changed. Does nothing while the node does not answer.
 */
export async function settleIgnite(port: number, password: string): Promise<void> {
  try {
    await using(port, password, activate);
  } catch (error) {
    if (!(error instanceof AccessRefusedError)) return;
    await using(port, firstPassword, async (client) => {
      await activate(client);
      await client.run(`ALTER USER "${user}" WITH PASSWORD '${password}'`);
    }).catch(() => undefined);
  }
}

async function activate(client: ThinClient): Promise<void> {
  if (!(await client.isActive())) await client.activate();
}

async function using<Result>(
  port: number,
  password: string,
  task: (client: ThinClient) => Promise<Result>,
): Promise<Result> {
  const client = await connectThinClient(port, user, password);
  try {
    return await task(client);
  } finally {
    client.close();
  }
}
