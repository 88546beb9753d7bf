import { filmsFile } from './films-file.ts';
import { createOracle, type Oracle } from './verify/oracle/oracle.ts';
import { readFilmsFile } from './verify/oracle/read-films-file.ts';

/** The oracle on the films of the repository, or on as many generated ones. */
export async function oracleOf(films: number | undefined): Promise<Oracle> {
  return createOracle(await readFilmsFile(await filmsFile(films)));
}
