import { runCommand } from '../../../../../tools/lib/run-command.ts';
import type { Servers } from '../../../../../tools/servers/servers.ts';
import { uniqueName } from '../../support/index.ts';
import type { PostgresqlBed } from './postgresql-bed.ts';

/** A tablespace on a file system of its own that is soon full. */
export interface SmallTablespace {
  /** Gives it more room. */
  grow(): Promise<void>;
  /** Moves the messages back and leaves no trace of it, which a restarted server would look for. */
  remove(): Promise<void>;
}

/** Moves a bed's messages to a tablespace of a few megabytes. */
export async function moveToSmallTablespace(servers: Servers, bed: PostgresqlBed): Promise<SmallTablespace> {
  const name = uniqueName('small');
  const path = `/var/lib/postgresql/data/${name}`;
  const inNamespace = (...command: readonly string[]): Promise<unknown> =>
    runCommand('nsenter', [
      ...['--target', String(servers.pid('postgresql')), '--mount', '--root', '--'],
      ...command,
    ]);
  const mount = (options: string): Promise<unknown> =>
    inNamespace('mount', '-o', options, '-t', 'tmpfs', 'tmpfs', path);
  const moveTo = (tablespace: string): Promise<unknown> =>
    bed.owner.query(`alter table ${bed.schema}.message set tablespace "${tablespace}"`);
  await servers.execute('postgresql', ['mkdir', path]);
  const owner = await servers.execute('postgresql', ['stat', '--format', 'uid=%u,gid=%g', path]);
  await mount(`size=4m,mode=700,${owner.trim()}`);
  await bed.admin.query(`create tablespace "${name}" owner caudal_owner location '${path}'`);
  await moveTo(name);
  return {
    async grow() {
      await mount('remount,size=64m');
    },
    async remove() {
      await moveTo('pg_default');
      await bed.admin.query(`drop tablespace "${name}"`);
      await bed.admin.query('checkpoint');
      await inNamespace('umount', path);
      await inNamespace('rmdir', path);
    },
  };
}
