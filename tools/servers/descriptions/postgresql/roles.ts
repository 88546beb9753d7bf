import { createSecret } from '../../secrets.ts';

/** Databases of PostgreSQL: systems that share the server have one of their own, but for those that began in `caudal`. */
export const databases = { main: 'caudal', films: 'caudal_films' } as const;

interface Role {
  readonly name: string;
  /** Made at a start if it is missing: older data have none but those of setup.sql. `on` is a database that it may connect to. */
  readonly isLater?: { readonly on?: string; readonly attributes?: string };
}

/** Roles that log in, by the secret that is their password. */
const roles = {
  adminPassword: { name: 'postgres' },
  ownerPassword: { name: 'caudal_owner' },
  consumerPassword: { name: 'caudal_consumer' },
  consolePassword: { name: 'caudal_console' },
  ordersApiPassword: { name: 'caudal_orders_api', isLater: { on: databases.main } },
  ordersProcessorPassword: { name: 'caudal_orders_processor', isLater: { on: databases.main } },
  ordersNotifierPassword: { name: 'caudal_orders_notifier', isLater: { on: databases.main } },
  // Those of films get their database from later-databases.sql.
  filmsOwnerPassword: { name: 'caudal_films_owner', isLater: {} },
  filmsApiPassword: { name: 'caudal_films_api', isLater: {} },
  replicaPassword: { name: 'caudal_replica', isLater: { attributes: ' replication' } },
} as const satisfies Readonly<Record<string, Role>>;

/** Secret that is the password of a role. */
type PasswordName = keyof typeof roles;

/** Passwords of all roles. */
export type Passwords = Readonly<Record<PasswordName, string>>;

const passwordNames = Object.keys(roles) as readonly PasswordName[];

/** Creates each password. */
export const passwordSecrets = Object.fromEntries(
  passwordNames.map((secret) => [secret, createSecret]),
) as Readonly<Record<PasswordName, () => string>>;

/** Statements that leave every role with its password; an empty line ends each. */
export function setRoles(passwords: Passwords): string {
  return passwordNames.flatMap((secret) => setRole(roles[secret], passwords[secret])).join('\n');
}

function setRole({ name, isLater }: Role, password: string): readonly string[] {
  const { on, attributes = '' } = isLater ?? {};
  const make = `do $$ begin if not exists (select from pg_roles where rolname = '${name}') then create role ${name} login${attributes}; end if; end $$;\n`;
  return [
    ...(isLater === undefined ? [] : [make]),
    ...(on === undefined ? [] : [`grant connect on database ${on} to ${name};\n`]),
    `alter role ${name} password '${password}';\n`,
  ];
}

/** URL of a database at a port of this machine, for the role that has this password. */
export function urlOf(
  secret: PasswordName,
  database: string,
  { port, passwords }: { readonly port: number; readonly passwords: Passwords },
): string {
  return `postgresql://${roles[secret].name}:${passwords[secret]}@127.0.0.1:${port}/${database}`;
}
