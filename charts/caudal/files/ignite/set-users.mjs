// Gives the users of Ignite the passwords of the Secret: the administrator's in place of the one that every new cluster has, and
// the services' users, which it makes. Activates a new cluster first, because only an active one takes passwords. What is right
// already stays as it is, so it may run at any time. Tries until it succeeds.
import { setTimeout as sleep } from 'node:timers/promises';

const environment = process.env;
const client = `${environment.APP ?? '/app'}/services/common/src/stores/ignite/thin-client`;
const { openConnection } = await import(`${client}/connection.ts`);
const { activateCluster, clusterState } = await import(`${client}/cluster.ts`);
const { STATUS } = await import(`${client}/ignite-error.ts`);

const RETRY_MS = 1_000;
const TIMEOUT_MS = 10_000;
const ACTIVATION_TIMEOUT_MS = 60_000;
const SQL_FIELDS = 2_004;
const ADMIN = 'ignite';
const FIRST_PASSWORD = 'ignite';
const { ADMIN_PASSWORD } = environment;
const SERVICES = { consumer: environment.CONSUMER_PASSWORD, console: environment.CONSOLE_PASSWORD };

/** Works with a connection of a user; undefined if the password is not its own. */
async function as(user, password, work) {
  let connection;
  try {
    const credentials = { user, password };
    connection = await openConnection({
      host: environment.HOST,
      port: Number(environment.PORT),
      tls: undefined,
      credentials,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    if (error.status === STATUS.authenticationFailed) return undefined;
    throw error;
  }
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/** Runs a statement without rows. */
function run(connection, statement) {
  return connection.request(
    SQL_FIELDS,
    (payload) => {
      payload.int(0); // no cache
      payload.byte(0);
      payload.value('PUBLIC');
      payload.int(1); // rows a page
      payload.int(-1); // rows
      payload.value(statement);
      payload.int(0); // arguments
      payload.byte(0); // any kind of statement
      for (let flag = 0; flag < 6; flag += 1) payload.boolean(false);
      payload.long(0n); // no timeout
      payload.boolean(false); // names of columns
    },
    () => true,
  );
}

async function activate(connection) {
  if ((await clusterState(connection)) === 'inactive') {
    await activateCluster(connection, ACTIVATION_TIMEOUT_MS);
    console.log('activated the cluster');
  }
  return true;
}

async function setUsers() {
  const isAdmin = await as(ADMIN, ADMIN_PASSWORD, activate);
  if (!isAdmin) {
    const isNew = await as(ADMIN, FIRST_PASSWORD, async (connection) => {
      await activate(connection);
      return await run(connection, `ALTER USER "${ADMIN}" WITH PASSWORD '${ADMIN_PASSWORD}'`);
    });
    if (!isNew) throw new Error(`'${ADMIN}' has another password than the Secret says: set that one, or change it in Ignite`);
    console.log(`set the password of ${ADMIN}`);
  }
  for (const [user, password] of Object.entries(SERVICES)) {
    if (await as(user, password, () => true)) continue;
    await as(ADMIN, ADMIN_PASSWORD, async (connection) => {
      const words = `USER "${user}" WITH PASSWORD '${password}'`;
      // One that is there already has an older password.
      await run(connection, `CREATE ${words}`).catch(() => run(connection, `ALTER ${words}`));
    });
    console.log(`set the password of ${user}`);
  }
}

let lastReason = '';
for (;;) {
  try {
    await setUsers();
    break;
  } catch (error) {
    if (error.message !== lastReason) console.log(`waiting: ${error.message}`);
    lastReason = error.message;
    await sleep(RETRY_MS);
  }
}
